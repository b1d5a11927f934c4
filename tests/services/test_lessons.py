"""A lesson's page: what is stored, what is refused and what the log keeps (п. 4.4, R4.4.b, R4.4.h)."""

from datetime import timedelta
from typing import Any

import pytest
from factories import Journal, make_curator, make_journal, make_kind, make_person, viewer_of
from flask import Flask

from ejournal.extensions import db
from ejournal.models import (
    Course,
    Homework,
    Lesson,
    LogEntry,
    PeriodClosing,
    Role,
    ThematicPlan,
    Topic,
    Work,
)
from ejournal.services import (
    cells,
    columns,
    lesson_list,
    lesson_page,
    lesson_states,
    lessons,
    settings,
    substitutions,
    works,
)
from ejournal.services.errors import (
    ClosedError,
    FieldsError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    StaleError,
)
from ejournal.services.lessons import Filled


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return make_journal(students=2, lessons=3)


def fill(journal: Journal, number: int = 2, actor: Any = None, **fields: Any) -> Lesson:
    """Send the lesson's form as it stands, but for the named fields."""
    lesson = db.session.get_one(Lesson, journal.lessons[number].id)
    given = db.session.scalar(db.select(Homework).where(Homework.lesson_id == lesson.id))
    shown = {
        "version": lesson.version,
        "topic": lesson.topic,
        "take_topic": None,
        "held": lesson.state == "held",
        "hours": str(lesson.hours),
        "room": lesson.room,
        "recommendations": lesson.recommendations,
        "homework": given.text if given else "",
        "due": given.due_date.isoformat() if given and given.due_date else "",
    }
    actor = actor or viewer_of(journal.teacher)
    return lessons.fill(actor, journal.course_id, lesson.id, Filled(**{**shown, **fields}))


def mark(journal: Journal, text: str = "4", number: int = 2, version: int = 0) -> None:
    entry = cells.Entry(journal.students[0].id, journal.works[number].id, text, version)
    cells.record_cell(viewer_of(journal.teacher), journal.course_id, entry)


def logged(journal: Journal) -> list[tuple[str, str, str | None, str | None]]:
    rows = db.session.scalars(db.select(LogEntry).where(LogEntry.course_id == journal.course_id).order_by(LogEntry.id))
    return [(row.subject, row.details["name"].split(": ", 1)[-1], row.before, row.after) for row in rows if row.details]


def with_plan(journal: Journal, *titles: str, hours: int = 2) -> list[Topic]:
    course = db.session.get_one(Course, journal.course_id)
    plan = ThematicPlan(discipline_id=course.discipline_id, title="КТП")
    db.session.add(plan)
    db.session.flush()
    topics = [Topic(plan_id=plan.id, ordinal=n, title=title, hours=hours) for n, title in enumerate(titles, 1)]
    db.session.add_all(topics)
    course.plan_id = plan.id
    db.session.commit()
    return topics


def page(journal: Journal, number: int = 2, actor: Any = None) -> lesson_page.Page:
    return lesson_page.load(actor or viewer_of(journal.teacher), journal.course_id, journal.lessons[number].id)


# ── The form ────────────────────────────────────────────────────────────────
def test_r4_2_e_each_changed_field_has_its_own_entry_with_from_and_to(journal):
    fill(journal, topic="Файловые системы", room="217", hours="4")
    lesson = db.session.get_one(Lesson, journal.lessons[2].id)
    assert (lesson.topic, lesson.room, lesson.hours, lesson.version) == ("Файловые системы", "217", 4, 1)
    assert sorted(logged(journal)) == [
        ("lesson", "аудитория", None, "217"),
        ("lesson", "тема", None, "Файловые системы"),
        ("lesson", "часы", "2", "4"),
    ]
    fill(journal, topic="Файлы")
    assert logged(journal)[-1] == ("lesson", "тема", "Файловые системы", "Файлы")


def test_saving_without_a_change_logs_nothing_and_keeps_the_version(journal):
    fill(journal, topic="Файлы")
    before = logged(journal)
    assert fill(journal).version == 1
    assert logged(journal) == before


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("hours", "0", "от 1 до 8"),
        ("hours", "много", "от 1 до 8"),
        ("due", "31.02.2026", "дату"),
        ("due", "2020-01-01", "раньше занятия"),
        ("room", "а" * 33, "32"),
        ("topic", "а" * 4001, "4000"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(journal, field, value, says):
    with pytest.raises(FieldsError) as refused:
        fill(journal, **{"recommendations": "Принести флешку", field: value})
    assert says in refused.value.fields[field]
    db.session.rollback()
    assert db.session.get_one(Lesson, journal.lessons[2].id).recommendations == ""
    assert logged(journal) == []


def test_two_people_in_one_lesson_do_not_overwrite_each_other(journal):
    fill(journal, topic="Первая тема")
    with pytest.raises(StaleError) as stale:
        fill(journal, topic="Вторая тема", version=0)
    assert (stale.value.current.text, stale.value.current.version) == ("Первая тема", 1)
    assert stale.value.current.who.startswith("Преподавателева")
    db.session.rollback()
    assert db.session.get_one(Lesson, journal.lessons[2].id).topic == "Первая тема"


def test_r4_4_a_nothing_changes_once_the_period_is_closed(journal):
    db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
    db.session.commit()
    with pytest.raises(ClosedError, match=r"п\. 4\.4"):
        fill(journal, topic="Поздно")
    assert not page(journal).can_edit


def test_r4_3_c_the_groups_leader_reads_and_does_not_edit(journal):
    curator = viewer_of(make_curator(journal.group))
    assert not page(journal, actor=curator).can_edit
    with pytest.raises(ForbiddenError):
        fill(journal, actor=curator, topic="Чужая правка")


def test_r2_1_c_a_teacher_of_another_journal_finds_nothing(journal):
    stranger = viewer_of(make_person("Чужая", (Role.TEACHER,)))
    with pytest.raises(NotFoundError):
        fill(journal, actor=stranger, topic="Чужая правка")
    with pytest.raises(NotFoundError):
        page(journal, actor=stranger)


def test_a_lesson_of_another_journal_is_not_found_under_ones_own(journal):
    other = make_journal(students=1, lessons=1)
    with pytest.raises(NotFoundError):
        lesson_page.load(viewer_of(journal.teacher), journal.course_id, other.lessons[0].id)


# ── Held or not ─────────────────────────────────────────────────────────────
def test_a_lesson_with_marks_stays_held(journal):
    mark(journal)
    with pytest.raises(FieldsError) as refused:
        fill(journal, held=False)
    assert "отметки (1)" in refused.value.fields["held"]


def test_a_lesson_without_marks_can_be_planned_again(journal):
    columns.everybody_present(viewer_of(journal.teacher), journal.course_id, journal.lessons[2].id)
    lesson = fill(journal, held=False)
    assert (lesson.state, lesson.attendance_at) == ("planned", None)
    assert ("lesson", "состояние", "проведено", "запланировано") in logged(journal)


def test_a_lesson_to_come_is_not_held_yet(journal):
    journal.lessons.append(add(journal, date=_day(3)))
    with pytest.raises(FieldsError) as refused:
        fill(journal, 3, held=True)
    assert "ещё не проведено" in refused.value.fields["held"]


# ── The thematic plan ───────────────────────────────────────────────────────
def test_r4_4_b_the_next_unused_topic_is_offered_and_taken_by_one_key(journal):
    first, second, _third = with_plan(journal, "Введение", "Процессы", "Память")
    assert page(journal, 0).offer.topic.id == first.id
    fill(journal, 0, take_topic=first.id)
    assert (page(journal, 0).offer, page(journal, 0).topic.id) == (None, first.id)
    assert page(journal, 1).offer.topic.id == second.id
    assert db.session.get_one(Lesson, journal.lessons[0].id).topic == "Введение"


def test_a_topic_of_four_hours_is_offered_for_two_lessons(journal):
    long, following = with_plan(journal, "Процессы", "Память", hours=4)
    fill(journal, 0, take_topic=long.id)
    offer = page(journal, 1).offer
    assert (offer.topic.id, offer.given, offer.is_continued) == (long.id, 2, True)
    fill(journal, 1, take_topic=long.id)
    assert page(journal, 2).offer.topic.id == following.id


def test_a_topic_typed_by_hand_is_found_in_the_plan(journal):
    _first, second = with_plan(journal, "Процессы", "Процессы и потоки")
    fill(journal, 0, topic="процессы  и ПОТОКИ. Практическая работа № 1")
    assert page(journal, 0).topic.id == second.id
    fill(journal, 0, topic="Контрольная работа")
    assert page(journal, 0).topic is None


def test_what_was_left_out_on_purpose_is_not_offered_again_and_again(journal):
    _first, second, third = with_plan(journal, "Введение", "Процессы", "Память")
    fill(journal, 0, take_topic=second.id)
    assert page(journal, 1).offer.topic.id == third.id


def test_a_topic_of_another_plan_is_not_taken(journal):
    with_plan(journal, "Введение")
    other = with_plan(make_journal(students=1, lessons=1), "Чужая тема")
    fill(journal, topic="Своя тема", take_topic=other[0].id)
    assert db.session.get_one(Lesson, journal.lessons[2].id).topic == "Своя тема"


# ── Moving and cancelling ───────────────────────────────────────────────────
def move(journal: Journal, **form: str) -> Lesson:
    # «sure»: the day after tomorrow may be a Sunday; clashes are tests/services/test_move_clashes.py.
    form = {"date": _day(2), "pair": "3", "reason": "Болезнь преподавателя", "sure": "1", **form}
    return lesson_states.move(viewer_of(journal.teacher), journal.course_id, journal.lessons[2].id, form, None)


def test_a_moved_lesson_keeps_the_day_it_was_planned_for_and_the_reason(journal):
    planned_for = journal.lessons[2].date
    lesson = move(journal)
    assert (lesson.state, lesson.moved_from, lesson.pair) == ("moved", planned_for, 3)
    assert lesson.date == planned_for + timedelta(days=2)
    entry = db.session.scalars(db.select(LogEntry).order_by(LogEntry.id)).first()
    assert (entry.before, entry.reason) == (f"{planned_for:%d.%m.%Y}, 1 пара", "Болезнь преподавателя")


def test_a_lesson_moved_back_is_as_planned(journal):
    move(journal)
    lesson = move(journal, date=_day(0), pair="1")
    assert (lesson.state, lesson.moved_from) == ("planned", None)


def test_marks_make_a_moved_lesson_held_and_it_still_shows_where_it_came_from(journal):
    lesson = move(journal, date=_day(0), pair="4")
    assert lesson.moved_from is None  # the same day, another pair
    move(journal, date=_day(-1), pair="5")
    mark(journal)
    lesson = db.session.get_one(Lesson, journal.lessons[2].id, populate_existing=True)
    assert lesson.state == "held"
    assert lesson.moved_from == settings.today()


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"date": ""}, "date"),
        ({"date": "2031-01-01"}, "date"),
        ({"pair": "0"}, "pair"),
        ({"date": "same", "pair": "1"}, "date"),
        ({"date": "previous", "pair": "1"}, "pair"),
    ],
)
def test_a_move_to_nowhere_is_refused_at_its_field(journal, form, field):
    days = {"same": _day(0), "previous": _day(-1)}
    with pytest.raises(FieldsError) as refused:
        move(journal, **{key: days.get(value, value) for key, value in form.items()})
    assert list(refused.value.fields) == [field]


def test_a_lesson_cannot_be_moved_into_a_closed_period(journal):
    # The period ends tomorrow; the day after belongs to another one, which is closed.
    period = db.session.merge(journal.period)
    period.ends = settings.today() + timedelta(days=1)
    later = type(period)(
        year_id=period.year_id,
        number=2,
        title="II",
        starts=period.ends + timedelta(days=1),
        ends=period.ends + timedelta(days=30),
    )
    db.session.add(later)
    db.session.flush()
    db.session.add(PeriodClosing(course_id=journal.course_id, period_id=later.id))
    db.session.commit()
    with pytest.raises(FieldsError) as refused:
        move(journal)
    assert "Период закрыт" in refused.value.fields["date"]


def test_a_lesson_with_marks_is_neither_moved_nor_cancelled(journal):
    mark(journal)
    with pytest.raises(RefusedError, match="Снимите их"):
        move(journal)
    with pytest.raises(RefusedError, match="Снимите их"):
        cancel(journal)


def cancel(journal: Journal, reason: str = "Карантин") -> Lesson:
    return lesson_states.cancel(
        viewer_of(journal.teacher), journal.course_id, journal.lessons[2].id, {"reason": reason}, None
    )


def test_a_cancelled_lesson_counts_no_hours_and_can_be_brought_back(journal):
    teacher = viewer_of(journal.teacher)
    with pytest.raises(FieldsError):
        cancel(journal, reason="")
    db.session.rollback()
    assert cancel(journal).state == "cancelled"
    listing = lesson_list.load(teacher, journal.course_id)
    assert (listing.given, [row.number for row in listing.rows]) == (4, [1, 2, None])
    with pytest.raises(RefusedError, match="верните"):
        fill(journal, topic="Тема")
    lesson_states.restore(teacher, journal.course_id, journal.lessons[2].id, None)
    assert lesson_list.load(teacher, journal.course_id).rows[2].state == "запланировано"
    assert [entry[2:] for entry in logged(journal)] == [("проведено", "отменено"), ("отменено", "запланировано")]


# ── Adding and deleting ─────────────────────────────────────────────────────
def _day(ahead: int) -> str:
    return (settings.today() + timedelta(days=ahead)).isoformat()


def add(journal: Journal, **form: str) -> Lesson:
    return lessons.add(
        viewer_of(journal.teacher), journal.course_id, {"date": _day(0), "pair": "5", "sure": "1", **form}
    )


def test_a_lesson_added_by_hand_has_a_column_to_mark_in(journal):
    lesson = add(journal)
    assert (lesson.state, lesson.hours, len(lesson.works)) == ("planned", 2, 1)
    name = f"{settings.today():%d.%m.%Y}, 5 пара"
    assert logged(journal) == [("lesson", f"занятие {name}", None, name)]


def test_two_lessons_of_a_journal_do_not_share_a_pair(journal):
    with pytest.raises(FieldsError) as refused:
        add(journal, pair="1")
    assert "уже есть занятие" in refused.value.fields["pair"]


def test_an_empty_lesson_added_by_hand_goes_and_the_log_remembers(journal):
    lesson = add(journal)
    assert page_of(journal, lesson).is_removable
    lessons.remove(viewer_of(journal.teacher), journal.course_id, lesson.id, None)
    assert db.session.get(Lesson, lesson.id) is None
    assert [entry[2] for entry in logged(journal)] == [None, f"{settings.today():%d.%m.%Y}, 5 пара"]


def test_a_lesson_a_replacement_names_is_not_removed(journal):
    lesson = add(journal)
    office = viewer_of(make_person("Диспетчерова", (Role.ADMINISTRATION,)))
    made = substitutions.publish(office, lesson.id, substitutions.Typed("room", room="305", sure=True))
    assert not page_of(journal, lesson).is_removable
    substitutions.withdraw(office, made.id)
    with pytest.raises(RefusedError, match="отмените его"):
        lessons.remove(viewer_of(journal.teacher), journal.course_id, lesson.id, None)


def page_of(journal: Journal, lesson: Lesson) -> lesson_page.Page:
    return lesson_page.load(viewer_of(journal.teacher), journal.course_id, lesson.id)


def test_r4_2_g_a_lesson_that_was_ever_filled_is_cancelled_and_not_deleted(journal):
    lesson = add(journal)
    journal.lessons.append(lesson)
    fill(journal, 3, topic="Тема")
    fill(journal, 3, topic="")
    with pytest.raises(RefusedError, match="отмените его"):
        lessons.remove(viewer_of(journal.teacher), journal.course_id, lesson.id, None)


def test_a_lesson_of_the_timetable_is_not_deleted(journal):
    with pytest.raises(RefusedError, match="добавленное вручную"):
        lessons.remove(viewer_of(journal.teacher), journal.course_id, journal.lessons[2].id, None)


# ── Kinds of work ───────────────────────────────────────────────────────────
def work_form(**form: str) -> dict[str, str]:
    return {
        "kind_id": str(make_kind("Контрольная работа", "КР", 3).id),
        "title": "",
        "weight": "",
        "mark_due": "",
        **form,
    }


def add_work(journal: Journal, **form: str) -> Work:
    return works.add(viewer_of(journal.teacher), journal.course_id, journal.lessons[2].id, work_form(**form), None)


def test_r4_4_b_a_lesson_gets_one_more_column_with_the_kinds_usual_weight(journal):
    work = add_work(journal, title="Контрольная № 2")
    assert (work.weight, work.ordinal, [c.title for c in page(journal).columns]) == (
        3,
        1,
        ["Ответ на занятии", "Контрольная № 2"],
    )
    assert logged(journal) == [("work", "добавлен вид работы", None, "Контрольная № 2, вес 3")]


def test_r4_4_h_a_works_own_checking_term_is_later_than_the_usual_one(journal):
    due = settings.today() + timedelta(days=20)
    add_work(journal, mark_due=due.isoformat())
    assert any(term.text == f"«Контрольная работа» до {due:%d.%m}" for term in page(journal).terms)
    with pytest.raises(FieldsError) as refused:
        add_work(journal, mark_due=_day(7))
    assert "п. 4.4" in refused.value.fields["mark_due"]


@pytest.mark.parametrize(
    ("field", "value"), [("weight", "11"), ("weight", "0"), ("kind_id", "999999"), ("mark_due", "завтра")]
)
def test_a_wrong_work_is_refused_at_its_field(journal, field, value):
    with pytest.raises(FieldsError) as refused:
        add_work(journal, **{field: value})
    assert list(refused.value.fields) == [field]


def test_a_renamed_and_reweighted_work_is_logged_field_by_field(journal):
    work = add_work(journal, title="КР")
    form = work_form(title="Контрольная № 2", weight="5")
    works.change(viewer_of(journal.teacher), journal.course_id, journal.lessons[2].id, work.id, form, None)
    assert logged(journal)[1:] == [
        ("work", "вид работы «КР»: название", "КР", "Контрольная № 2"),
        ("work", "вид работы «КР»: вес", "3", "5"),
    ]


def remove_work(journal: Journal, work_id: int) -> None:
    works.remove(viewer_of(journal.teacher), journal.course_id, journal.lessons[2].id, work_id, None)


def test_a_work_with_marks_stays_and_one_that_held_any_too(journal):
    journal.works.append(add_work(journal))
    mark(journal, "5", 3)
    with pytest.raises(RefusedError, match=r"отметки \(1\)"):
        remove_work(journal, journal.works[3].id)
    mark(journal, "", 3, version=1)
    with pytest.raises(RefusedError, match="история"):
        remove_work(journal, journal.works[3].id)


def test_an_unused_column_goes_but_never_the_last_one(journal):
    work = add_work(journal)
    remove_work(journal, work.id)
    assert len(page(journal).columns) == 1
    with pytest.raises(RefusedError, match="хотя бы один"):
        remove_work(journal, journal.works[2].id)


def test_a_work_of_another_lesson_is_not_found_under_this_one(journal):
    with pytest.raises(NotFoundError):
        remove_work(journal, journal.works[0].id)


# ── The second page ─────────────────────────────────────────────────────────
def test_hours_planned_given_and_left_are_at_hand(journal):
    add(journal, date=_day(1))
    listing = lesson_list.load(viewer_of(journal.teacher), journal.course_id)
    assert (listing.planned, listing.given, listing.left, listing.scheduled, listing.percent) == (72, 6, 66, 2, 8)
