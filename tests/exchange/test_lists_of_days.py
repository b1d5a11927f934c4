"""The timetable, replacements and marks, out and in again: what they say, and how many queries they take."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import factories
import pytest
from sqlalchemy import event, select

from ejournal.exchange import exporter, importer, tables
from ejournal.exchange.export import days
from ejournal.exchange.tables import FileError
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Course,
    CourseTeacher,
    Discipline,
    Group,
    Lesson,
    LogEntry,
    Period,
    PeriodClosing,
    Person,
    Role,
    Subgroup,
    Substitution,
    TimetableEntry,
)
from ejournal.models.base import now
from ejournal.services import failures, periods, substitutions
from ejournal.services.errors import RefusedError
from tests.exchange.conftest import COLLEGE, Import, workbook

HEAD = ["Дата", "Группа", "Пара", "По расписанию", "Замена", "Причина"]
WEDNESDAY = date(2026, 10, 7)  # знаменатель


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def queries(do: Callable[[], object]) -> int:
    with counted() as seen:
        do()
    return len(seen)


def places(group: str = "ИС-21", weekday: int = 3) -> list[tuple[TimetableEntry, Course, str]]:
    """What a whole group has on a weekday, with «Фамилия И.О.» of the teacher, by pair."""
    rows = db.session.execute(
        select(TimetableEntry, Course, Person)
        .join(Course, Course.id == TimetableEntry.course_id)
        .join(Group, Group.id == Course.group_id)
        .join(CourseTeacher, CourseTeacher.course_id == Course.id)
        .join(Person, Person.id == CourseTeacher.teacher_id)
        .where(Group.title == group, TimetableEntry.weekday == weekday, Course.subgroup_id.is_(None))
        .where(TimetableEntry.week.in_(("both", "even")))
        .order_by(TimetableEntry.pair)
    )
    return [(entry, course, person.short_name.replace(". ", ".")) for entry, course, person in rows]


def cell_of(page: days.Page, group: str, weekday: str, pair: int) -> str:
    """What stands in both rows of a pair, числитель and знаменатель."""
    column, day, at, found = list(page.headings).index(group), "", 0, ""
    for row in page.rows:
        day, at = str(row[0] or day), int(str(row[1] or at))
        if (day, at) == (weekday, pair):
            found += str(row[column] or "")
    return found


def poster() -> days.Page:
    return days.timetable(periods.chosen(), date(2026, 11, 24), 1)


def test_a_list_of_replacements_asks_as_often_for_many_as_for_one(college: Import) -> None:
    year = db.session.scalars(select(AcademicYear)).one()
    rows = []
    for day in (WEDNESDAY, date(2026, 10, 21), date(2026, 11, 4)):
        rows += [[day, "ИС-21", entry.pair, course.discipline.title, "снята"] for entry, course, _ in places()]
    college("substitutions", workbook(HEAD, rows[0]))
    one = queries(lambda: days.replacements(year.starts, year.ends))
    plan = college("substitutions", workbook(HEAD, *rows))
    assert (plan.errors, plan.created, plan.unchanged) == ([], len(rows) - 1, 1)
    db.session.expire_all()
    assert len(days.replacements(year.starts, year.ends).rows) == len(rows) > 3
    assert queries(lambda: days.replacements(year.starts, year.ends)) <= one


def test_reading_a_list_of_replacements_asks_once_for_a_day(college: Import) -> None:
    rows = [[WEDNESDAY, "ИС-21", entry.pair, course.discipline.title, "снята"] for entry, course, _ in places()]
    assert len(rows) > 1
    one = queries(lambda: importer.plan("substitutions", workbook(HEAD, rows[0])))
    assert queries(lambda: importer.plan("substitutions", workbook(HEAD, *rows))) == one


def test_r4_4_a_a_list_replaces_nothing_in_a_closed_period(college: Import) -> None:
    entry, course, _ = places()[0]
    row = [WEDNESDAY, "ИС-21", entry.pair, course.discipline.title, "снята"]
    college("substitutions", workbook(HEAD, row))
    year = periods.chosen()
    period = Period(year_id=year.id, number=1, title="I", starts=year.starts, ends=year.ends)
    db.session.add(period)
    db.session.flush()
    db.session.add(PeriodClosing(course_id=course.id, period_id=period.id))
    db.session.commit()
    again = college("substitutions", workbook(HEAD, row))
    assert (again.errors, again.unchanged) == ([], 1), "what is published already changes nothing"
    (error,) = college("substitutions", workbook(HEAD, [*row, "педсовет"])).errors
    assert (error.field, "Период закрыт" in error.message) == ("date", True)


def test_a_pair_moved_to_another_day_is_not_the_one_moved_within_its_day(college: Import) -> None:
    entry, course, _ = places()[0]
    row = [WEDNESDAY, "ИС-21", entry.pair, course.discipline.title, "перенос на 8 пару"]
    college("substitutions", workbook(HEAD, row))
    moved = db.session.scalars(select(Substitution)).one()
    moved.to_date = date(2026, 10, 9)
    db.session.commit()
    plan = college("substitutions", workbook(HEAD, row))
    assert (plan.updated, plan.unchanged) == (1, 0)


def test_a_long_reason_comes_again_as_the_same(college: Import) -> None:
    entry, course, _ = places()[0]
    row = [WEDNESDAY, "ИС-21", entry.pair, course.discipline.title, "снята", "болезнь преподавателя " * 40]
    college("substitutions", workbook(HEAD, row))
    again = college("substitutions", workbook(HEAD, row))
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)
    assert len(db.session.scalars(select(Substitution.reason)).one()) == substitutions.LONGEST_REASON


def test_what_is_wrong_in_a_list_is_named_by_its_cell(college: Import) -> None:
    (error,) = college("substitutions", workbook(HEAD, [WEDNESDAY, "ИС-21", 8, "Математика", "снята"])).errors
    assert (error.sheet, error.cell) == ("Лист1", "C2")


def test_a_pair_of_one_of_two_teachers_is_written_under_her_name(college: Import) -> None:
    entry, course, _ = places()[0]
    other = db.session.scalars(select(Person).where(Person.surname == "Лермонтова")).one()
    db.session.add(CourseTeacher(course_id=course.id, teacher_id=other.id, since=date(2026, 9, 1)))
    entry.teacher_id = other.id
    db.session.commit()
    assert "Лермонтова Г.Л." in cell_of(poster(), "ИС-21", "Среда", entry.pair)
    plan = college("timetable", exporter.export(None, "timetable", exporter.Options()))
    assert (plan.errors, plan.created, plan.updated) == ([], 0, 0)


def test_what_is_yet_to_come_in_a_place_does_not_stand_beside_what_is_there(college: Import) -> None:
    (entry, course, teacher), (_, other, _) = places()[:2]
    entry.until = date(2026, 11, 29)
    db.session.add(
        TimetableEntry(
            course_id=other.id, weekday=3, pair=entry.pair, week=entry.week, room="9", since=date(2026, 11, 30)
        )
    )
    db.session.commit()
    cell = cell_of(poster(), "ИС-21", "Среда", entry.pair)
    assert f"{course.discipline.title}\n{teacher}" in cell
    assert other.discipline.title not in cell


def test_a_subgroup_without_a_number_is_read_back_by_its_name(college: Import) -> None:
    entry, course, _ = places()[0]
    course.subgroup = Subgroup(group_id=course.group_id, title="английский")
    db.session.commit()
    assert "(английский)" in cell_of(poster(), "ИС-21", "Среда", entry.pair)
    plan = college("timetable", exporter.export(None, "timetable", exporter.Options()))
    assert (plan.errors, plan.created, plan.updated) == ([], 0, 0)
    assert not [change for change in plan.changes if "Убирается" in change.title]
    assert days.marks(course).titles[0].endswith("(английский)")
    with pytest.raises(RefusedError, match="по подгруппам"):
        exporter.find_course("ИС-21", course.discipline.title)


def test_r4_1_b_marks_of_a_declared_failure_are_not_late(college: Import) -> None:
    """As those that are typed into the journal or come back in a pack."""
    admin = factories.viewer_of(factories.make_person("Админова", (Role.ADMINISTRATION,)))
    failures.declare(admin, WEDNESDAY, WEDNESDAY, "network")
    college("marks", "marks.xlsx")
    rows = db.session.execute(
        select(LogEntry.late, Lesson.date)
        .join(Lesson, Lesson.id == LogEntry.lesson_id)
        .where(LogEntry.subject == "cell")
        .distinct()
    )
    late = {day: is_late for is_late, day in rows}
    assert late.pop(WEDNESDAY) is False
    assert set(late.values()) == {True}


def test_a_thematic_plan_leaves_the_journals_of_a_closed_year(college: Import) -> None:
    math = select(Course.plan_id).join(Discipline).join(Group)
    math = math.where(Discipline.title == "Математика", Group.title == "ИС-21")
    db.session.scalars(select(AcademicYear)).one().closed_at = now()
    db.session.commit()
    college("thematic-plan", "thematic-plan.xlsx")
    assert db.session.scalars(math).one() is None


def test_an_archive_of_an_unknown_version_is_refused_in_words() -> None:
    content = bytearray((COLLEGE / "students.xlsx").read_bytes())
    # «Version needed to extract» of the first entry in the archive's directory.
    content[bytes(content).index(b"PK\x01\x02") + 6] = 64
    with pytest.raises(FileError, match="испорчен"):
        tables.read(bytes(content))
