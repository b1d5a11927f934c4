"""A subject's request (R4.1.c): everything held about a person, nothing about others, no secrets, in time."""

import json
from datetime import date

import factories
import pytest
import time_machine
from factories_consents import answer, make_parent, make_student
from flask import Flask
from sqlalchemy import select

from ejournal.access import Viewer
from ejournal.extensions import Base, db
from ejournal.models import (
    AbsencePaper,
    AbsenceRequest,
    Account,
    AttestationSheet,
    Cell,
    Course,
    Debt,
    DebtAttempt,
    DebtPause,
    IndividualPlan,
    IndividualRow,
    LogEntry,
    Person,
    Role,
    SheetCorrection,
    SheetRow,
    SignInFailure,
    StoredFile,
    TaskAnswer,
    TaskAnswerFile,
    UserSession,
    Vacation,
)
from ejournal.models.base import now
from ejournal.services import accounts, personal_data, personal_tables, subject_requests
from ejournal.services.errors import FieldsError, NotFoundError


def references() -> set[str]:
    """Every column of every table that points to a person or an account."""
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name in ("person", "account")
    }


def test_r4_1_c_no_table_that_knows_a_person_is_forgotten() -> None:
    named = set(personal_tables.ABOUT) | set(personal_tables.EXCLUDED)
    assert references() - named == set(), "add it to services/personal_tables.py: ABOUT, or EXCLUDED with a reason"
    assert named - references() == set()
    assert set(personal_tables.ABOUT) & set(personal_tables.EXCLUDED) == set()
    assert all(personal_tables.EXCLUDED.values())


def below() -> set[str]:
    """Every column that points to a row given to a person, of the tables that name none themselves."""
    given = {key.split(".")[0] for key in personal_tables.ABOUT}
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        if table.name not in given
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name in given - {"account"}
    }


def test_r4_1_c_what_hangs_on_a_row_about_a_person_is_not_forgotten_either() -> None:
    named = set(personal_tables.CHILDREN) | set(personal_tables.APART)
    assert below() - named == set(), "add it to services/personal_tables.py: CHILDREN, or APART with a reason"
    assert named - below() == set()
    assert set(personal_tables.CHILDREN) & set(personal_tables.APART) == set()
    assert all(above in personal_tables.ABOUT for above, _title in personal_tables.CHILDREN.values())
    assert all(personal_tables.APART.values())


def test_what_is_hidden_or_narrowed_is_there() -> None:
    columns = {f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables for column in table.columns}
    assert columns >= personal_tables.HIDDEN
    assert set(personal_tables.ONLY) <= set(personal_tables.ABOUT)
    assert set(personal_tables.ABOUT) | set(personal_tables.CHILDREN) >= personal_tables.FILES_OF
    for key, only in personal_tables.ONLY.items():
        assert {f"{key.split('.')[0]}.{name}" for name in only} <= columns


@pytest.fixture
def actor(in_app: Flask) -> Viewer:
    return factories.viewer_of(factories.make_person("Ответственная", (Role.ADMINISTRATION,)))


def rows(person: Person, key: str) -> list[dict[str, object]]:
    return personal_data.collect(person).as_json()[key]["rows"]


def test_r4_1_c_everything_about_a_student_is_in_it(actor: Viewer) -> None:
    journal = factories.make_journal(students=1, lessons=1)
    student = journal.students[0]
    mother = make_parent(student)
    answer(student, mother)
    db.session.add(Cell(work_id=journal.works[0].id, student_id=student.id, mark="5", updated_by=journal.teacher.id))
    db.session.commit()
    assert rows(student, "person")[0]["surname"] == student.surname
    assert rows(student, "guardianship.student_id")[0]["parent_id"] == mother.full_name
    assert rows(student, "consent.student_id")[0]["kind"] == "согласие"
    assert rows(student, "enrollment.student_id")[0]["group_id"] == journal.group.title
    cell = rows(student, "cell.student_id")[0]
    assert cell["mark"] == "5"
    assert cell["updated_by"] == journal.teacher.full_name
    assert "Операционные системы" in str(cell["work_id"])


def test_r4_1_c_attempts_pauses_and_rows_of_a_plan_are_given_to_their_student_alone(actor: Viewer) -> None:
    journal = factories.make_journal(students=2, lessons=1)
    student, other = journal.students
    course = db.session.get_one(Course, journal.course_id)
    debt = Debt(
        student_id=student.id, course_id=course.id, slot="final", mark="2", due=date(2026, 12, 1), form="устно",
        opened_on=date(2026, 11, 1),
    )  # fmt: skip
    plan = IndividualPlan(student_id=student.id, since=date(2026, 9, 1))
    db.session.add_all([debt, plan])
    db.session.flush()
    db.session.add_all(
        [
            DebtAttempt(debt_id=debt.id, number=1, day=date(2026, 11, 10), examiners="Комиссарова А. А.", result="2"),
            DebtPause(debt_id=debt.id, since=date(2026, 11, 2), until=date(2026, 11, 8), ground="справка 095/у"),
            IndividualRow(plan_id=plan.id, discipline_id=course.discipline_id, exempt=True),
        ]
    )
    db.session.commit()
    assert rows(student, "debt_attempt.debt_id")[0]["examiners"] == "Комиссарова А. А."
    assert course.title in str(rows(student, "debt_attempt.debt_id")[0]["debt_id"])
    assert rows(student, "debt_pause.debt_id")[0]["ground"] == "справка 095/у"
    assert rows(student, "individual_row.plan_id")[0]["exempt"] is True
    for key in personal_tables.CHILDREN:
        assert rows(other, key) == []


def test_r4_1_c_what_was_asked_corrected_and_handed_in_is_given_with_its_files(actor: Viewer) -> None:
    journal = factories.make_journal(students=1, lessons=1)
    student, day = journal.students[0], date(2026, 9, 1)
    sheet = AttestationSheet(
        course_id=journal.course_id, period_id=journal.period.id, kind="main", control="Э", number="7-Э", date=day
    )
    paper = AbsencePaper(
        student_id=student.id, kind="certificate", code="б", since=day, until=day, state="registered",
        reached_since=day, reached_until=day,
    )  # fmt: skip
    work = StoredFile(name="реферат.pdf", media_type="application/pdf", size=3, sha256="0" * 64)
    sheet.rows = [SheetRow(student_id=student.id, mark="4")]
    paper.requests = [AbsenceRequest(course_id=journal.course_id, answer="accepted")]
    answer = TaskAnswer(lesson_id=journal.lessons[0].id, student_id=student.id, files=[TaskAnswerFile(file=work)])
    db.session.add_all([sheet, paper, answer])
    db.session.flush()
    db.session.add(SheetCorrection(row_id=sheet.rows[0].id, before="3", after="4", reason="описка"))
    db.session.commit()
    assert rows(student, "absence_request.paper_id")[0]["answer"] == "принято"
    assert rows(student, "sheet_correction.row_id")[0]["row_id"] == "ведомость № 7-Э"
    assert rows(student, "task_answer_file.answer_id")[0]["file_id"] == "реферат.pdf"
    assert personal_data.collect(student).files == [work]


def test_a_parent_gets_the_own_data_and_no_mark_of_the_child(actor: Viewer) -> None:
    journal = factories.make_journal(students=1, lessons=1)
    mother = make_parent(journal.students[0])
    answer(journal.students[0], mother)
    db.session.add(Cell(work_id=journal.works[0].id, student_id=journal.students[0].id, mark="5"))
    db.session.commit()
    assert rows(mother, "consent.person_id")[0]["student_id"] == journal.students[0].full_name
    assert rows(mother, "guardianship.parent_id")
    assert rows(mother, "cell.student_id") == []


def test_sign_ins_sessions_and_tries_are_given_without_what_lets_in(actor: Viewer) -> None:
    student = make_student(roles=(Role.STUDENT,))
    account = db.session.scalars(select(Account).where(Account.person_id == student.id)).one()
    account.password_hash = "$argon2id$secret"
    code = accounts.issue_code(account, actor)
    db.session.add(UserSession(id="token-of-a-session", account_id=account.id, address="192.0.2.1"))
    db.session.add(SignInFailure(username=account.username, address="192.0.2.7", at=now()))
    db.session.commit()
    told = json.dumps(personal_data.collect(student).as_json(), ensure_ascii=False)
    assert "192.0.2.1" in told
    assert "192.0.2.7" in told
    assert "выдан код активации" in told  # an entry that names the person only in its details
    for secret in ("argon2", "token-of-a-session", account.activation_hash, code):
        assert str(secret) not in told


def test_of_what_an_employee_did_only_the_act_is_told_not_whose_mark(actor: Viewer) -> None:
    teacher, student = factories.make_person(roles=(Role.TEACHER,)), make_student()
    db.session.add(
        LogEntry(actor_id=teacher.id, student_id=student.id, subject="cell", action="record", before="2", after="5")
    )
    db.session.commit()
    assert rows(student, "log_entry.student_id")[0]["after"] == "5"
    done = rows(teacher, "log_entry.actor_id")[0]
    assert (done["subject"], done["action"]) == ("отметка", "запись")
    assert set(done) == {"at", "subject", "action", "role", "address"}


def test_the_register_keeps_the_request_its_term_and_the_answer(actor: Viewer) -> None:
    student = make_student()
    with time_machine.travel("2026-11-25 12:00:00+03:00", tick=False):
        made = subject_requests.record(actor, student.id, date(2026, 11, 24), {"applicant": "мать"})
        assert made.due == date(2026, 12, 8)
        assert subject_requests.search(True, 1)[0] == [made]
        found, collected = subject_requests.answer(actor, made.id)
    assert (found.answered_by, collected.person.id) == (actor.person_id, student.id)
    assert subject_requests.search(True, 1) == ([], False)
    words = db.session.scalars(
        select(LogEntry.action).where(LogEntry.subject == "subject-request").order_by(LogEntry.id)
    ).all()
    assert words == ["create", "answer"]


def test_r4_1_c_the_term_skips_weekends_and_the_holidays_of_the_calendar(actor: Viewer) -> None:
    year, _period = factories.make_year()
    db.session.add(
        Vacation(year_id=year.id, title="Выходной", starts=date(2026, 12, 31), ends=date(2026, 12, 31), kind="holiday")
    )
    db.session.commit()
    # 25, 28, 29, 30 December, then 11, 12, 13, 14, 15 and 18 January.
    assert subject_requests.due(date(2026, 12, 24)) == date(2027, 1, 18)


def test_a_request_of_tomorrow_or_of_nobody_is_refused(actor: Viewer) -> None:
    student = make_student()
    with pytest.raises(FieldsError):
        subject_requests.record(actor, student.id, date(2099, 1, 1), {})
    with pytest.raises(FieldsError):
        subject_requests.record(actor, student.id, None, {})
    with pytest.raises(NotFoundError):
        subject_requests.record(actor, 999, date(2026, 1, 1), {})
