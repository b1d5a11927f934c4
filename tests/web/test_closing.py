"""Period marks and closing over HTTP: fragments, refusals, pages, the number of queries."""

import io
import re
from datetime import timedelta

import pytest
from factories import make_journal, make_person
from pypdf import PdfReader

from ejournal.extensions import db
from ejournal.models import (
    AttestationSheet,
    Cell,
    Debt,
    DebtAttempt,
    Enrollment,
    Period,
    PeriodClosing,
    PeriodMark,
    Role,
    SheetRow,
)
from ejournal.services import settings
from web.test_grid import FRAGMENT, counted


@pytest.fixture
def journal(app):
    with app.app_context():
        return make_journal(students=3, lessons=3)


def address(journal, student: int = 0) -> str:
    return f"/journal/{journal.course_id}/period-marks/{journal.students[student].id}/{journal.period.id}"


def post(client, url: str, value: str, version: int = 0, **rest: str):
    return client.post(url, data={"value": value, "version": version, **rest}, headers=FRAGMENT)


def test_r4_4_d_period_mark_comes_back_as_the_cells_fragment(journal, sign_in):
    answer = post(sign_in(journal.teacher), address(journal), "4")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert f'data-period="{journal.period.id}"' in text
    assert 'data-version="1">4</td>' in text
    assert "<html" not in text


def test_r4_4_i_not_attested_asks_for_the_debts_term(app, journal, sign_in):
    client = sign_in(journal.teacher)
    answer = post(client, address(journal), "н/а")
    assert answer.status_code == 422
    assert 'data-ask-debt="1"' in answer.get_data(as_text=True)
    with app.app_context():
        due = (settings.today() + timedelta(days=14)).isoformat()
    answer = post(client, address(journal), "н/а", due=due, form="зачёт")
    assert answer.status_code == 200
    with app.app_context():
        assert db.session.scalars(db.select(Debt.form)).all() == ["зачёт"]


def test_stale_and_closed_are_told_apart(app, journal, sign_in):
    client = sign_in(journal.teacher)
    post(client, address(journal), "4")
    answer = post(client, address(journal), "5")
    assert answer.status_code == 409
    assert 'data-stored="4"' in answer.get_data(as_text=True)
    with app.app_context():
        db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
        db.session.commit()
    answer = post(client, address(journal), "5", 1)
    assert answer.status_code == 423
    assert "Период закрыт" in answer.get_data(as_text=True)


def test_suggested_marks_are_reviewed_then_written(app, journal, sign_in):
    client = sign_in(journal.teacher)
    page = f"/journal/{journal.course_id}/period-marks/{journal.period.id}"
    assert "Предлагается" in client.get(page).get_data(as_text=True)
    first = journal.students[0].id
    answer = client.post(page, data={"student": [first], f"mark-{first}": "4"}, follow_redirects=True)
    assert "Выставлено оценок: 1." in answer.get_data(as_text=True)
    with app.app_context():
        assert db.session.execute(db.select(PeriodMark.student_id, PeriodMark.mark)).all() == [(first, "4")]


def test_marks_of_a_period_to_come_are_refused_with_the_reason(app, journal, sign_in):
    with app.app_context():
        later = settings.today() + timedelta(days=30)
        coming = Period(year_id=journal.year.id, number=2, title="II семестр", starts=later, ends=journal.year.ends)
        db.session.add(coming)
        db.session.commit()
        page = f"/journal/{journal.course_id}/period-marks/{coming.id}"
    shown = sign_in(journal.teacher).get(page).text
    assert "Выставить отмеченные" not in shown
    assert f"когда период начнётся, {later:%d.%m.%Y}" in shown


def test_who_left_is_not_ticked_among_the_suggested(app, journal, sign_in):
    with app.app_context():
        gone = journal.students[0]
        for number in (0, 1):
            for work in journal.works[:2]:
                db.session.add(Cell(work_id=work.id, student_id=journal.students[number].id, mark="5"))
        db.session.execute(
            db.update(Enrollment)
            .where(Enrollment.student_id == gone.id)
            .values(until=settings.today() - timedelta(days=1), left_kind="expelled")
        )
        db.session.commit()
    page = sign_in(journal.teacher).get(f"/journal/{journal.course_id}/period-marks/{journal.period.id}").text
    ticked = re.findall(r'name="student"\s+value="(\d+)"\s+checked', page)
    assert str(journal.students[1].id) in ticked
    assert str(gone.id) not in ticked


def test_history_of_a_period_mark_tells_who_and_what(journal, sign_in):
    client = sign_in(journal.teacher)
    post(client, address(journal), "4")
    text = client.get(f"{address(journal)}/history").get_data(as_text=True)
    assert journal.teacher.surname in text
    assert "<b>4</b>" in text


def test_teacher_closes_and_administration_opens_again(journal, app, sign_in):
    teacher = sign_in(journal.teacher)
    page = f"/journal/{journal.course_id}/closing/{journal.period.id}"
    text = teacher.get(page).get_data(as_text=True)
    assert "Без оценки за период" in text
    assert teacher.post(page, data={"anyway": "1"}).status_code == 422
    for number in range(3):
        post(teacher, address(journal, number), "4")
    assert "Период закрыт" in teacher.post(page, data={"anyway": "1"}, follow_redirects=True).get_data(as_text=True)
    with app.app_context():
        chief = sign_in(make_person(roles=(Role.ADMINISTRATION,)))
    unlocking = f"/journal/{journal.course_id}/unlocking/{journal.period.id}"
    refused = chief.post(unlocking, data={"days": "99", "reason": "х"})
    assert refused.status_code == 422
    assert 'value="99"' in refused.get_data(as_text=True)
    answer = chief.post(unlocking, data={"days": "2", "reason": "ошибка"}, follow_redirects=True)
    assert "Открыт для правки" in answer.get_data(as_text=True)


@pytest.mark.parametrize("page", ["/journal/{course}/period-marks/{period}", "/journal/{course}/closing/{period}"])
def test_pages_cost_the_same_number_of_queries_however_large(app, sign_in, page):
    with app.app_context():
        small, large = make_journal(students=2, lessons=2), make_journal(students=25, lessons=20)
    numbers = []
    for journal in (small, large):
        client = sign_in(journal.teacher)
        url = page.format(course=journal.course_id, period=journal.period.id)
        client.get(url)
        with counted(app) as statements:
            assert client.get(url).status_code == 200
        numbers.append(len([s for s in statements if not s.startswith("BEGIN")]))
    assert numbers[0] == numbers[1] <= 18, numbers


def test_list_of_a_groups_journals_costs_few_queries(app, sign_in):
    with app.app_context():
        journal = make_journal(students=25, lessons=20)
        chief = make_person(roles=(Role.ADMINISTRATION,))
    client = sign_in(chief)
    url = f"/closing/?group={journal.group.id}&period={journal.period.id}"
    client.get(url)
    with counted(app) as statements:
        text = client.get(url).get_data(as_text=True)
    assert "Операционные системы" in text
    assert len([s for s in statements if not s.startswith("BEGIN")]) <= 13, statements


def test_sheet_is_created_filled_closed_and_corrected(app, journal, sign_in):
    with app.app_context():
        office, other = (sign_in(make_person(roles=(Role.ADMINISTRATION,))) for _ in range(2))
        today = settings.today().isoformat()
    form = {"kind": "main", "control": "Э", "period": journal.period.id, "date": today, "examiners": ""}
    refused = office.post(f"/sheets/new/{journal.course_id}", data=form)
    assert refused.status_code == 422
    assert "Укажите, кто принимает" in refused.get_data(as_text=True)
    made = office.post(f"/sheets/new/{journal.course_id}", data={**form, "examiners": "Иванов"})
    url = made.headers["Location"]
    page = sign_in(journal.teacher)
    rows = [int(name) for name in re.findall(r'name="version-(\d+)"', page.get(url).get_data(as_text=True))]
    data = {f"version-{row}": 1 for row in rows} | {f"mark-{row}": "4" for row in rows}
    short = {**data, f"mark-{rows[0]}": "", "close": "1"}
    assert page.post(url, data=short).status_code == 422
    data = {name: 2 if name.startswith("version-") and not name.endswith(f"-{rows[0]}") else value
            for name, value in data.items()}  # fmt: skip
    assert "Ведомость закрыта" in page.post(url, data={**data, "close": "1"}, follow_redirects=True).get_data(
        as_text=True
    )
    assert page.post(url, data=data).status_code == 423
    office.post(f"/sheets/rows/{rows[0]}/corrections", data={"mark": "5", "reason": "ошибка"})
    assert "ждёт решения другого" in office.get(url).get_data(as_text=True)
    assert "Утвердить" in other.get(url).get_data(as_text=True)


def test_lists_cost_the_same_number_of_queries_however_large(app, sign_in):
    with app.app_context():
        chief = make_person(roles=(Role.ADMINISTRATION,))
        add_debts(make_journal(students=2, lessons=1))
    client = sign_in(chief)
    numbers = {}
    for url in ("/debts/", "/sheets/"):
        client.get(url)
        with counted(app) as statements:
            assert client.get(url).status_code == 200
        numbers[url] = len([s for s in statements if not s.startswith("BEGIN")])
    with app.app_context():
        for _ in range(3):
            add_debts(make_journal(students=8, lessons=1))
    for url, number in numbers.items():
        with counted(app) as statements:
            client.get(url)
        assert len([s for s in statements if not s.startswith("BEGIN")]) == number <= 12, statements


def add_debts(journal) -> None:
    """A debt with an attempt of each student, and a sheet."""
    for student in journal.students:
        debt = Debt(
            student_id=student.id, course_id=journal.course_id, period_id=journal.period.id, mark="н/а",
            slot=str(journal.period.id), due=journal.year.ends, form="зачёт", opened_on=journal.year.starts,
        )  # fmt: skip
        debt.attempts = [DebtAttempt(number=1, day=journal.year.starts, examiners="Иванов", result="2")]
        db.session.add(debt)
    sheet = AttestationSheet(
        course_id=journal.course_id, period_id=journal.period.id, kind="main", control="Э",
        number=f"n-{journal.course_id}", date=journal.year.starts, examiners="Иванов",
    )  # fmt: skip
    sheet.rows = [SheetRow(student_id=student.id) for student in journal.students]
    db.session.add(sheet)
    db.session.commit()


def test_referral_and_sheet_come_out_of_the_printer(app, journal, sign_in):
    with app.app_context():
        add_debts(journal)
        chief = make_person(roles=(Role.ADMINISTRATION,))
        attempt = db.session.scalars(db.select(DebtAttempt.id).order_by(DebtAttempt.id)).first()
        sheet = db.session.scalars(db.select(AttestationSheet.id)).one()
    client = sign_in(chief)
    text = words(client.post(f"/debts/attempts/{attempt}/referral"))
    for part in ("Направление на ликвидацию", "попытка 1 из 2", "Операционные системы", "Иванов", "Верно", "М.П."):
        assert part in text
    text = words(client.post(f"/sheets/{sheet}/print"))
    for part in ("Экзаменационная ведомость", "основная", "Номер билета", "неявок", journal.students[2].surname):
        assert part in text


def words(answer) -> str:
    assert answer.mimetype == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_xlsx_of_debts_is_downloaded(app, journal, sign_in):
    with app.app_context():
        add_debts(journal)
    answer = sign_in(journal.teacher).post("/debts/export", data={"state": "all"})
    assert answer.status_code == 200
    assert answer.data[:2] == b"PK"
