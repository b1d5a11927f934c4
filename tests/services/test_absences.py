"""Documents of absence (R4.3.d): registered, asked about, accepted in one action, corrected, withdrawn."""

import io
from datetime import date, timedelta

import factories
import pytest
from factories_absences import PDF, World, form, make_world
from factories_diary import make_course
from flask import Flask
from sqlalchemy import select

from ejournal.extensions import db
from ejournal.models import (
    AbsencePaper,
    AbsenceRequest,
    Curatorship,
    Enrollment,
    JournalUnlock,
    LogEntry,
    PendingNotice,
    PeriodClosing,
    Role,
)
from ejournal.services import (
    absence_papers,
    absence_requests,
    absences,
    asks,
    cells,
    closing,
    grid,
    roll,
    settings,
    undo,
)
from ejournal.services.cells import Entry
from ejournal.services.errors import (
    ClosedError,
    FieldsError,
    ForbiddenError,
    NotFoundError,
    ReasonNeededError,
    RefusedError,
)
from ejournal.services.files import Upload


@pytest.fixture
def world(in_app: Flask) -> World:
    return make_world()


def standings(world: World, paper: AbsencePaper) -> list[str]:
    return [str(journal.standing) for journal in absence_papers.load(world.curator, paper.id).journals]


def cell_entries(world: World) -> list[tuple[str, str, str, str | None, bool]]:
    rows = db.session.scalars(select(LogEntry).where(LogEntry.subject == "cell").order_by(LogEntry.id))
    return [(row.action, row.before or "", row.after or "", row.reason, row.late) for row in rows]


def told(kind: str) -> list[int]:
    query = select(PendingNotice.person_id).where(PendingNotice.kind == kind).order_by(PendingNotice.id)
    return list(db.session.scalars(query))


def upload() -> Upload:
    return Upload("справка.pdf", io.BytesIO(PDF))


def test_r4_3_d_one_request_and_one_action_change_what_was_unexcused(world: World) -> None:
    world.put("н", 0)
    world.put("н3", 1)
    paper = world.register()
    [asked] = absence_requests.waiting(world.teacher)
    assert asked.concern.moves == [("н", "б", 2, _days(world, 0, 1))]
    assert told("absence-request") == [world.teacher.person_id]
    done = absence_requests.accept(world.teacher, asked.id)
    assert (done.lessons, done.refused) == (2, [])
    assert [world.text(0), world.text(1)] == ["б", "б3"]
    assert absence_requests.waiting(world.teacher) == []
    assert standings(world, paper) == ["accepted"]


def _days(world: World, *lessons: int) -> str:
    return ", ".join(f"{world.journal.lessons[n].date:%d.%m}" for n in lessons)


def test_r4_3_d_a_change_by_a_document_is_logged_with_its_ground_and_is_not_late(in_app: Flask) -> None:
    world = make_world(lessons=1, last=settings.today() - timedelta(days=20))
    world.put("н")
    long_ago = settings.today() - timedelta(days=21)
    world.register(since=long_ago, until=long_ago + timedelta(days=2), issuer="Онкологический диспансер", number="7")
    [asked] = absence_requests.waiting(world.teacher)
    absence_requests.accept(world.teacher, asked.id)
    action, before, after, reason, late = cell_entries(world)[-1]
    assert (action, before, after, late) == ("absence", "н", "б", False)
    assert reason
    assert "справка" in reason
    assert "п. 4.3" in reason
    # Who issued a paper may tell of an illness: neither the log nor notices say it.
    logged = db.session.scalars(select(LogEntry)).all()
    assert all("диспансер" not in f"{row.before} {row.after} {row.reason} {row.details}" for row in logged)
    assert all("диспансер" not in row.text for row in db.session.scalars(select(PendingNotice)))


def test_r4_3_d_curator_never_changes_a_cell(world: World) -> None:
    world.put("н")
    world.register()
    assert world.text() == "н"
    request = db.session.scalars(select(AbsenceRequest)).first()
    assert request
    with pytest.raises(NotFoundError):
        absence_requests.accept(world.curator, request.id)


def test_r4_3_d_another_teacher_cannot_answer(world: World) -> None:
    world.put("н")
    world.register()
    [asked] = absence_requests.waiting(world.teacher)
    stranger = factories.viewer_of(factories.make_journal(students=1).teacher)
    assert absence_requests.waiting(stranger) == []
    with pytest.raises(NotFoundError):
        absence_requests.accept(stranger, asked.id)
    with pytest.raises(NotFoundError):
        absence_requests.decline(stranger, asked.id, "не моё дело")


def test_r4_3_d_only_the_journals_of_the_student_are_asked(world: World) -> None:
    other = make_course(world.journal, "История")
    foreign = factories.make_journal(students=1)
    paper = world.register()
    asked = {request.course_id for request in paper.requests}
    assert asked == {world.journal.course_id, other.id}
    assert foreign.course_id not in asked


def test_r4_3_d_what_is_outside_the_dates_stays(world: World) -> None:
    world.put("н", 0)
    world.put("н", 2)
    today = settings.today()
    world.register(since=today, until=today)
    [asked] = absence_requests.waiting(world.teacher)
    absence_requests.accept(world.teacher, asked.id)
    assert [world.text(0), world.text(2)] == ["н", "б"]


def test_r4_3_d_declined_with_a_reason_the_curator_reads(world: World) -> None:
    world.put("н")
    paper = world.register()
    [asked] = absence_requests.waiting(world.teacher)
    with pytest.raises(FieldsError):
        absence_requests.decline(world.teacher, asked.id, " ")
    absence_requests.decline(world.teacher, asked.id, "Видел его в этот день в столовой")
    assert world.text() == "н"
    assert standings(world, paper) == ["declined"]
    [journal] = absence_papers.load(world.curator, paper.id).journals
    assert journal.request.reason == "Видел его в этот день в столовой"
    assert told("absence-declined") == [world.curator.person_id]
    assert absence_requests.waiting(world.teacher) == []


def test_r4_3_d_a_mark_of_absence_put_later_asks_again(world: World) -> None:
    world.put("н", 0)
    paper = world.register()
    [asked] = absence_requests.waiting(world.teacher)
    absence_requests.accept(world.teacher, asked.id)
    world.put("н", 1)
    assert standings(world, paper) == ["again"]
    assert [again.id for again in absence_requests.waiting(world.teacher)] == [asked.id]
    absence_requests.accept(world.teacher, asked.id)
    assert world.text(1) == "б"


def test_r4_3_d_everything_is_accepted_at_once(world: World) -> None:
    world.put("н")
    second = world.journal.students[0]
    cells.record_cell(world.teacher, world.journal.course_id, Entry(second.id, world.journal.works[1].id, "н", None))
    world.register()
    absences.register(world.curator, second.id, form(code="п", kind="statement"))
    assert absence_requests.count(world.teacher) == 2
    done = absence_requests.accept_all(world.teacher)
    assert (done.lessons, done.refused) == (2, [])
    assert absence_requests.count(world.teacher) == 0


def test_r4_4_a_a_closed_period_says_so_and_asks_nobody(world: World) -> None:
    world.put("н")
    world.register()
    [asked] = absence_requests.waiting(world.teacher)
    db.session.add(PeriodClosing(course_id=world.journal.course_id, period_id=world.journal.period.id))
    db.session.commit()
    assert absence_requests.count(world.teacher) == 0
    with pytest.raises(ClosedError, match="закрыт"):
        absence_requests.accept(world.teacher, asked.id)
    db.session.rollback()
    assert world.text() == "н"


def test_r4_4_a_an_unlocked_period_asks_again(world: World) -> None:
    world.put("н")
    world.register()
    course_id, period_id = world.journal.course_id, world.journal.period.id
    db.session.add(PeriodClosing(course_id=course_id, period_id=period_id))
    db.session.add(JournalUnlock(course_id=course_id, period_id=period_id, until=settings.today(), reason="документ"))
    db.session.commit()
    [asked] = absence_requests.waiting(world.teacher)
    assert absence_requests.accept(world.teacher, asked.id).lessons == 1
    assert world.text() == "б"


def test_r4_3_d_a_cell_that_was_mended_meanwhile_is_left_alone(world: World) -> None:
    world.put("н")
    world.register()
    [asked] = absence_requests.waiting(world.teacher)
    world.put("5")
    with pytest.raises(RefusedError, match="уже нет"):
        absence_requests.accept(world.teacher, asked.id)
    assert world.text() == "5"


def test_r4_3_d_undone_acceptance_waits_again(world: World) -> None:
    world.put("н")
    paper = world.register()
    [asked] = absence_requests.waiting(world.teacher)
    absence_requests.accept(world.teacher, asked.id)
    undo.undo_last(world.teacher, world.journal.course_id)
    assert world.text() == "н"
    assert standings(world, paper) == ["again"]


def test_r4_3_d_withdrawn_document_asks_to_put_back_what_it_changed(world: World) -> None:
    world.put("н", 0)
    world.put("б", 1)
    paper = world.register()
    [asked] = absence_requests.waiting(world.teacher)
    absence_requests.accept(world.teacher, asked.id)
    absences.withdraw(world.curator, paper.id, "Справка другого обучающегося")
    assert world.text(0) == "б"
    [back] = absence_requests.waiting(world.teacher)
    assert [move[:3] for move in back.concern.moves] == [("б", "н", 1)]
    absence_requests.accept(world.teacher, back.id)
    assert [world.text(0), world.text(1)] == ["н", "б"]
    assert "документ отозван" in (cell_entries(world)[-1][3] or "")
    assert absence_requests.waiting(world.teacher) == []


def test_r4_3_d_corrected_dates_ask_for_both_sides(world: World) -> None:
    world.put("н", 0)
    world.put("н", 2)
    first, last = world.journal.lessons[0].date, world.journal.lessons[2].date
    paper = world.register(since=first, until=first)
    [asked] = absence_requests.waiting(world.teacher)
    absence_requests.accept(world.teacher, asked.id)
    absences.correct(world.curator, paper.id, form(since=last, until=last), "Перепутаны даты")
    [again] = absence_requests.waiting(world.teacher)
    assert [move[:3] for move in again.concern.moves] == [("б", "н", 1), ("н", "б", 1)]
    absence_requests.accept(world.teacher, again.id)
    assert [world.text(0), world.text(2)] == ["н", "б"]
    entry = db.session.scalars(select(LogEntry).where(LogEntry.subject == "absence", LogEntry.action == "update")).one()
    assert entry.reason == "Перепутаны даты"


def test_r4_3_d_corrected_reason_changes_the_code(world: World) -> None:
    world.put("н3")
    paper = world.register()
    [asked] = absence_requests.waiting(world.teacher)
    absence_requests.accept(world.teacher, asked.id)
    absences.correct(world.curator, paper.id, form(code="п"), "Не болезнь, а соревнования")
    [again] = absence_requests.waiting(world.teacher)
    absence_requests.accept(world.teacher, again.id)
    assert world.text() == "п3"


def test_r4_3_d_who_declined_is_asked_anew_after_a_correction(world: World) -> None:
    world.put("н")
    paper = world.register()
    [asked] = absence_requests.waiting(world.teacher)
    absence_requests.decline(world.teacher, asked.id, "Даты не те")
    absences.correct(world.curator, paper.id, form(until=settings.today() + timedelta(days=1)), "Продлена")
    assert absence_requests.count(world.teacher) == 1


def test_r4_3_d_reminded_are_those_who_did_not_answer(world: World) -> None:
    paper = world.register()
    with pytest.raises(RefusedError):
        absences.remind(world.curator, paper.id)
    db.session.rollback()
    world.put("н")
    assert absences.remind(world.curator, paper.id) == 1
    [journal] = absence_papers.load(world.curator, paper.id).journals
    assert journal.request.reminded_at


def test_r4_3_d_change_by_hand_on_the_ground_of_a_document_needs_no_reason(in_app: Flask) -> None:
    world = make_world(lessons=1, last=settings.today() - timedelta(days=10))
    world.put("н")
    entry = Entry(world.student.id, world.journal.works[0].id, "б", None)
    with pytest.raises(ReasonNeededError):
        cells.record_cell(world.teacher, world.journal.course_id, entry)
    db.session.rollback()
    day = world.journal.lessons[0].date
    world.register(since=day, until=day)
    cells.record_cell(world.teacher, world.journal.course_id, entry)
    assert cell_entries(world)[-1][4] is False
    # To «п», which the document does not say, it is late as ever.
    with pytest.raises(ReasonNeededError):
        cells.record_cell(
            world.teacher, world.journal.course_id, Entry(world.student.id, world.journal.works[0].id, "п", None)
        )


def test_r4_3_d_journal_and_roll_show_that_there_is_a_document(world: World) -> None:
    today = settings.today()
    world.register(since=today, until=today)
    rows = {row.id: row.paper for row in grid.load(world.teacher, world.journal.course_id).students}
    assert rows[world.student.id] == f"есть документ: б {today:%d.%m}"
    assert [paper for student_id, paper in rows.items() if student_id != world.student.id] == ["", ""]
    lines = {}
    for lesson in world.journal.lessons:
        shown = roll.load(world.teacher, world.journal.course_id, lesson.id, None).lines
        lines[lesson.date] = {line.student_id: line.paper for line in shown}
    assert lines[today][world.student.id]
    assert not lines[today - timedelta(days=1)][world.student.id]


def test_r4_3_d_parent_sends_a_photo_that_waits_for_the_curator(world: World) -> None:
    world.put("н")
    parent = factories.viewer_of(world.parent)
    paper_id = absences.send(parent, world.student.id, form(), upload())
    assert told("absence-sent") == [world.curator.person_id]
    assert absence_requests.count(world.teacher) == 0
    assert absence_papers.to_confirm(world.curator) == 1
    absences.confirm(world.curator, paper_id, form(code="п"))
    assert [move[:3] for move in absence_requests.waiting(world.teacher)[0].concern.moves] == [("н", "п", 1)]
    with pytest.raises(RefusedError, match="уже невозможно"):
        absences.confirm(world.curator, paper_id, form())


def test_r4_3_d_what_is_not_taken_is_told_with_the_reason(world: World) -> None:
    parent = factories.viewer_of(world.parent)
    paper_id = absences.send(parent, world.student.id, form(), upload())
    with pytest.raises(FieldsError):
        absences.decline(world.curator, paper_id, "")
    absences.decline(world.curator, paper_id, "Не видно печати")
    [paper] = absence_papers.of_family(parent, world.student.id)[1]
    assert (paper.state, paper.reason) == ("declined", "Не видно печати")
    assert told("absence-refused") == [parent.person_id]


def test_r4_3_d_family_must_attach_a_photo(world: World) -> None:
    with pytest.raises(FieldsError) as refused:
        absences.send(factories.viewer_of(world.parent), world.student.id, form(), None)
    assert "scan" in refused.value.fields


@pytest.mark.parametrize(("age", "sends"), [(16, False), (19, True)])
def test_r4_3_d_a_student_sends_only_when_of_age(in_app: Flask, age: int, sends: bool) -> None:
    world = make_world(age=age)
    student = factories.viewer_of(world.student)
    if sends:
        assert absences.send(student, world.student.id, form(), upload())
    else:
        with pytest.raises(ForbiddenError, match="родитель"):
            absences.send(student, world.student.id, form(), upload())


def test_r2_1_c_the_scan_is_not_for_teachers(world: World) -> None:
    parent = factories.viewer_of(world.parent)
    paper_id = absences.send(parent, world.student.id, form(), upload())
    for allowed in (parent, world.curator):
        assert absence_papers.scan_of(allowed, paper_id).name == "справка.pdf"
    others = [world.teacher, factories.viewer_of(world.student)]
    others.append(factories.viewer_of(factories.make_curator(factories.make_group())))
    for other in others:
        with pytest.raises(NotFoundError):
            absence_papers.scan_of(other, paper_id)


def test_r2_1_c_who_leads_the_group_no_more_has_no_scan_of_it(world: World) -> None:
    paper_id = absences.register(world.curator, world.student.id, form(), upload())
    assert absence_papers.scan_of(world.curator, paper_id).name == "справка.pdf"
    db.session.scalars(select(Curatorship)).one().until = settings.today() - timedelta(days=1)
    db.session.commit()
    with pytest.raises(NotFoundError):
        absence_papers.scan_of(world.curator, paper_id)


def test_the_list_names_the_group_of_today_and_not_one_to_come(world: World) -> None:
    world.register()
    today, coming = settings.today(), factories.make_group("НБ-99")
    own = db.session.scalars(select(Enrollment).where(Enrollment.student_id == world.student.id)).one()
    own.until = today + timedelta(days=6)
    factories.enroll(world.student, coming, today + timedelta(days=7))
    [line] = absence_papers.of_leader(world.curator)[0]
    assert line.group == world.journal.group.title


def test_r2_1_c_a_curator_of_another_group_finds_nothing(world: World) -> None:
    paper = world.register()
    other = factories.viewer_of(factories.make_curator(factories.make_group()))
    assert absence_papers.of_leader(other)[0] == []
    with pytest.raises(NotFoundError):
        absence_papers.load(other, paper.id)
    with pytest.raises(NotFoundError):
        absences.withdraw(other, paper.id, "чужой")
    with pytest.raises(NotFoundError):
        absences.register(other, world.student.id, form(code="п"))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "gossip"}, "kind"),
        ({"code": "н"}, "code"),
        ({"since": date(1990, 1, 1)}, "since"),
        ({"until": date(1990, 1, 1)}, "until"),
        ({"number": "9" * 51}, "number"),
    ],
)
def test_r4_3_d_what_cannot_be_a_document_is_refused_at_its_field(world: World, fields: dict, wrong: str) -> None:
    with pytest.raises(FieldsError) as refused:
        world.register(**fields)
    assert wrong in refused.value.fields


def test_r4_3_d_the_same_document_is_not_entered_twice(world: World) -> None:
    world.register()
    with pytest.raises(FieldsError, match="исправьте"):
        world.register()


def test_start_page_counts_what_waits(world: World) -> None:
    world.put("н")
    world.register()
    absences.send(factories.viewer_of(world.parent), world.student.id, form(kind="statement"), upload())
    assert asks.load(world.teacher, Role.TEACHER).requests == 1
    assert asks.load(world.curator, Role.CURATOR).papers == 1


def test_r4_3_d_who_closes_a_period_is_told_of_unanswered_documents_and_the_leader_that_it_is_closed(
    world: World,
) -> None:
    world.put("н", 0)
    paper = world.register()
    journal = world.journal
    page = closing.load(world.teacher, journal.course_id, journal.period.id)
    assert page.lacks.papers == [f"{world.student.surname} {world.student.name}"]
    db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
    db.session.commit()
    assert standings(world, paper) == ["closed"]
    [line] = absence_papers.of_leader(world.curator)[0]
    assert line.closed == 1
