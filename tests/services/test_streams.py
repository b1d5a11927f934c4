"""Streams: one lesson for several groups, each with its own journal (п. 4.2)."""

from datetime import date, timedelta

import pytest
from factories import Journal, make_journal, make_person, viewer_of
from factories_load import make_stream, make_subgroup
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Course,
    CourseTeacher,
    Group,
    GroupMode,
    Lesson,
    LogEntry,
    Role,
    Stream,
    TimetableEntry,
)
from ejournal.models.base import now
from ejournal.services import conflicts, generation, load, streams, timetable, timetable_clashes, timetable_week
from ejournal.services.errors import ClosedError, FieldsError, NotFoundError, RefusedError
from ejournal.services.timetable_clashes import Typed


@pytest.fixture
def actor(in_app: Flask) -> Viewer:
    return viewer_of(make_person("Завучева", (Role.ADMINISTRATION,)))


@pytest.fixture
def journals(in_app: Flask) -> tuple[Journal, Journal]:
    """Two groups whom one teacher teaches the same discipline."""
    one, other = make_journal(students=1, lessons=0), make_journal(students=1, lessons=0)
    db.session.add(CourseTeacher(course_id=other.course_id, teacher_id=one.teacher.id))
    db.session.commit()
    return one, other


def year_of(journal: Journal) -> AcademicYear:
    return db.session.get_one(AcademicYear, journal.year.id)


def put(actor: Viewer, journal: Journal, **more: object) -> TimetableEntry:
    typed = Typed(**{"course_id": journal.course_id, "weekday": 1, "pair": 2, "room": "актовый зал", **more})  # type: ignore[arg-type]
    group = db.session.get_one(Group, journal.group.id)
    return timetable.put(actor, year_of(journal), group, typed, journal.year.starts)


def places(journal: Journal) -> list[tuple[int, int, str, date | None]]:
    rows = db.session.scalars(
        db.select(TimetableEntry).where(TimetableEntry.course_id == journal.course_id).order_by(TimetableEntry.id)
    )
    return [(row.weekday, row.pair, row.room, row.until) for row in rows]


def test_r4_2_c_courses_of_two_groups_are_joined_and_share_their_places(
    actor: Viewer, journals: tuple[Journal, Journal]
) -> None:
    one, other = journals
    put(actor, one)
    made = streams.join(actor, year_of(one), [one.course_id, other.course_id], "ОС, 1 курс", None)
    assert places(one) == places(other) == [(1, 2, "актовый зал", None)]
    (listed,) = streams.listing(year_of(one), one.year.starts)
    assert (listed.stream.id, len(listed.courses)) == (made.id, 2)
    assert listed.differs, "the second group has a teacher more"
    assert "ОС, 1 курс" in (db.session.scalars(db.select(LogEntry.after).order_by(LogEntry.id.desc())).first() or "")
    assert streams.disciplines(year_of(one)) == ["Операционные системы"]
    assert len(streams.offered(year_of(one), "операционные системы")) == 2


@pytest.mark.parametrize(
    "less",
    [{"week": "odd"}, {"until": date(2026, 9, 20)}, {"since": date(2026, 10, 1)}, {"hours": 1}],
    ids=["odd", "over", "later", "shorter"],
)
@pytest.mark.parametrize("turned", [False, True])
def test_journals_with_a_part_of_the_place_get_all_of_it_and_the_same_lessons(
    actor: Viewer, journals: tuple[Journal, Journal], less: dict[str, object], turned: bool
) -> None:
    whole, part = reversed(journals) if turned else journals
    put(actor, whole)
    put(actor, part, sure=True, **less)
    streams.join(actor, year_of(whole), [whole.course_id, part.course_id], "Поток", None)
    assert len(places(part)) == 1
    generation.generate(actor, year_of(whole), [], whole.year.starts, whole.year.ends)
    given = [
        db.session.execute(
            db.select(Lesson.date, Lesson.pair, Lesson.hours)
            .where(Lesson.course_id == each.course_id)
            .order_by(Lesson.date)
        ).all()
        for each in journals
    ]
    assert given[0] == given[1]
    assert {row.hours for row in given[0]} == {2}
    assert f"занятие потока с {whole.year.starts:%d.%m.%Y}" in " ".join(
        db.session.scalars(db.select(LogEntry.after).where(LogEntry.course_id == part.course_id))
    )


def test_both_weeks_in_two_entries_are_the_whole_place(actor: Viewer, journals: tuple[Journal, Journal]) -> None:
    one, other = journals
    put(actor, one)
    put(actor, other, week="odd", sure=True, room="105")
    put(actor, other, week="even", sure=True, room="106", until=date(2026, 11, 1))
    put(actor, other, week="even", sure=True, room="107", since=date(2026, 11, 2))
    streams.join(actor, year_of(one), [one.course_id, other.course_id], "Поток", None)
    assert [room for _, _, room, _ in places(other)] == ["105", "106", "107"]
    assert len(places(one)) == 1


@pytest.mark.parametrize(
    "more",
    [{"pair": 1, "hours": 4}, {"week": "even"}],
    ids=["practice", "weeks"],
)
def test_an_entry_that_reaches_beyond_the_streams_is_named_and_refused(
    actor: Viewer, journals: tuple[Journal, Journal], more: dict[str, object]
) -> None:
    one, other = journals
    put(actor, one, until=date(2026, 9, 20))
    put(actor, other, sure=True, **more)
    with pytest.raises(RefusedError, match="уже стоит иначе") as refused:
        streams.join(actor, year_of(one), [one.course_id, other.course_id], "Поток", None)
    assert "понедельник" in refused.value.message
    db.session.rollback()
    assert db.session.scalars(db.select(Stream)).all() == []
    make_stream(one, other)
    with pytest.raises(FieldsError) as told:
        put(actor, one, until=date(2026, 9, 27), sure=True)
    assert "уже стоит иначе" in told.value.fields["pair"]


def test_a_place_changed_for_all_weeks_takes_along_a_journal_that_had_one_of_them(
    actor: Viewer, journals: tuple[Journal, Journal]
) -> None:
    one, other = journals
    entry = put(actor, one)
    put(actor, other, week="odd", sure=True)
    make_stream(one, other)
    since = one.year.starts + timedelta(days=60)
    group = db.session.get_one(Group, one.group.id)
    typed = Typed(one.course_id, 1, 2, room="217", since=since)
    timetable.change(actor, year_of(one), group, entry.id, typed, one.year.starts)
    eve = since - timedelta(days=1)
    assert places(other) == [(1, 2, "актовый зал", eve), (1, 2, "217", None)]


def test_what_makes_no_stream_is_refused(actor: Viewer, journals: tuple[Journal, Journal]) -> None:
    one, other = journals
    year = year_of(one)
    both = [one.course_id, other.course_id]
    for ids, title, words in (
        ([one.course_id], "Поток", "двух групп"),
        ([], "Поток", "двух групп"),
        (both, " ", "Назовите"),
    ):
        with pytest.raises(RefusedError, match=words):
            streams.join(actor, year, ids, title, None)
        db.session.rollback()
    part = make_subgroup(one, "подгруппа 1")
    halved = Course(
        year_id=year.id, group_id=one.group.id, subgroup_id=part.id,
        discipline_id=db.session.get_one(Course, one.course_id).discipline_id,
    )  # fmt: skip
    later = AcademicYear(title="2099/2100", starts=date(2099, 9, 1), ends=date(2100, 8, 31))
    db.session.add_all([halved, later])
    db.session.commit()
    with pytest.raises(RefusedError, match="одна группа"):
        streams.join(actor, year, [one.course_id, halved.id], "Поток", None)
    with pytest.raises(RefusedError, match="одного учебного года"):
        streams.join(actor, later, both, "Поток", None)
    with pytest.raises(NotFoundError):
        streams.join(actor, year, both, "", 999)


def test_a_journal_is_in_one_stream_and_a_third_group_can_come_in(
    actor: Viewer, journals: tuple[Journal, Journal]
) -> None:
    one, other = journals
    third, fourth = make_journal(students=0, lessons=0), make_journal(students=0, lessons=0)
    year = year_of(one)
    made = streams.join(actor, year, [one.course_id, other.course_id], "Поток", None)
    put(actor, one)
    with pytest.raises(RefusedError, match="в другом потоке"):
        streams.join(actor, year, [one.course_id, fourth.course_id], "Ещё", None)
    with pytest.raises(RefusedError, match="уже в этом потоке"):
        streams.join(actor, year, [one.course_id, fourth.course_id], "", made.id)
    streams.join(actor, year, [third.course_id], "", made.id)
    assert places(third) == places(one)
    db.session.execute(db.delete(TimetableEntry))
    with pytest.raises(RefusedError, match="в потоке"):
        load.remove(actor, third.course_id)


def test_a_stream_of_a_closed_year_stays(actor: Viewer, journals: tuple[Journal, Journal]) -> None:
    make_stream(*journals)
    year = year_of(journals[0])
    year.closed_at = now()
    db.session.commit()
    with pytest.raises(ClosedError):
        streams.leave(actor, journals[0].course_id)


def test_who_leaves_keeps_the_places_and_one_alone_is_no_stream(
    actor: Viewer, journals: tuple[Journal, Journal]
) -> None:
    one, other = journals
    stream = make_stream(*journals)
    put(actor, one)
    streams.rename(actor, stream.id, "Новое имя")
    streams.leave(actor, other.course_id)
    assert db.session.scalars(db.select(Stream)).all() == []
    assert db.session.scalars(db.select(Course.stream_id)).all() == [None, None]
    assert len(places(one)) == len(places(other)) == 1
    with pytest.raises(NotFoundError):
        streams.leave(actor, other.course_id)
    with pytest.raises(NotFoundError):
        streams.rename(actor, stream.id, "Поток")


def test_an_empty_journal_that_has_left_its_stream_can_be_deleted(
    actor: Viewer, journals: tuple[Journal, Journal]
) -> None:
    one, _other = journals
    make_stream(*journals)
    streams.leave(actor, one.course_id)
    load.remove(actor, one.course_id)
    assert db.session.get(Course, one.course_id) is None


def test_one_entry_stands_for_all_groups_put_changed_and_taken_away(
    actor: Viewer, journals: tuple[Journal, Journal]
) -> None:
    one, other = journals
    make_stream(*journals)
    entry = put(actor, one)
    assert places(other) == places(one)
    since = one.year.starts + timedelta(days=60)
    group = db.session.get_one(Group, one.group.id)
    typed = Typed(one.course_id, 3, 4, room="217", since=since)
    changed = timetable.change(actor, year_of(one), group, entry.id, typed, one.year.starts)
    eve = since - timedelta(days=1)
    assert places(one) == places(other) == [(1, 2, "актовый зал", eve), (3, 4, "217", None)]
    timetable.take_away(actor, year_of(one), changed.id, since)
    assert places(one) == places(other) == [(1, 2, "актовый зал", eve)]


def test_inside_a_stream_teacher_and_room_do_not_clash_but_every_group_must_be_free(
    actor: Viewer, journals: tuple[Journal, Journal]
) -> None:
    one, other = journals
    put(actor, other, room="105")
    make_stream(*journals)
    stranger = make_journal(students=0, lessons=0)
    group = db.session.get_one(Group, one.group.id)
    typed = Typed(one.course_id, 1, 2, room="105")
    assert timetable_clashes.find(year_of(one), group, typed, one.year.starts) == []
    db.session.get_one(Course, stranger.course_id).group_id = other.group.id
    db.session.add(TimetableEntry(course_id=stranger.course_id, weekday=2, pair=1))
    db.session.add(GroupMode(group_id=other.group.id, year_id=one.year.id, days="12345"))
    db.session.commit()
    (busy,) = timetable_clashes.find(year_of(one), group, Typed(one.course_id, 2, 1), one.year.starts)
    assert busy.kind == "group"
    assert other.group.title in busy.message
    (off,) = timetable_clashes.find(year_of(one), group, Typed(one.course_id, 6, 1), one.year.starts)
    assert (off.kind, off.message.split(":")[0]) == ("mode", other.group.title)


def test_r4_2_c_the_lesson_is_made_in_the_journal_of_each_group(
    actor: Viewer, journals: tuple[Journal, Journal]
) -> None:
    one, _other = journals
    make_stream(*journals)
    put(actor, one)
    span = (one.year.starts, one.year.starts + timedelta(days=60))
    year = year_of(one)
    first = generation.generate(actor, year, [], *span)
    again = generation.generate(actor, year, [], *span)
    days = [
        db.session.scalars(db.select(Lesson.date).where(Lesson.course_id == each.course_id).order_by(Lesson.date)).all()
        for each in journals
    ]
    assert days[0] == days[1]
    assert len(days[0]) > 5
    assert (first.created, again.created, again.removed, again.changed) == (2 * len(days[0]), 0, 0, 0)
    course = db.session.get_one(Course, one.course_id)
    found = conflicts.on_day(days[0][0], 2, course, room="актовый зал")
    assert found == [], "the other group's lesson is the same one"


def test_the_week_of_a_teacher_and_of_a_room_shows_all_groups(actor: Viewer, journals: tuple[Journal, Journal]) -> None:
    one, other = journals
    make_stream(*journals)
    put(actor, one)
    year, on = year_of(one), one.year.starts
    titles = {one.group.title, other.group.title}
    assert {entry.group for entry in timetable_week.of_teacher(year, one.teacher.id, on)} == titles
    assert {entry.group for entry in timetable_week.of_room(year, "Актовый зал", on)} == titles
    assert [entry.stream for entry in timetable_week.of_room(year, "актовый зал", on)] == [True, True]
    assert timetable_week.of_room(year, "217", on) == []
    assert timetable_week.rooms(year) == ["актовый зал"]


def test_a_place_taken_is_told_also_inside_one_journal(actor: Viewer, journals: tuple[Journal, Journal]) -> None:
    make_stream(*journals)
    put(actor, journals[0])
    with pytest.raises(FieldsError):
        put(actor, journals[0])
