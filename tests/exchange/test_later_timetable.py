"""A poster loaded again during the year: what it changes, from which day, and what it leaves (R4.2.b, R4.2.c)."""

import io
from datetime import date

import pytest
import time_machine
import xlsxwriter
from sqlalchemy import delete, func, select

from ejournal.exchange import exporter, tables, timetable
from ejournal.exchange.forms import weekly
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Course,
    CourseTeacher,
    Discipline,
    Lesson,
    Period,
    Person,
    Subgroup,
    TimetableEntry,
)
from ejournal.models.base import now
from ejournal.services import generation
from ejournal.services.errors import ServiceError
from tests.exchange.conftest import Import

MATH, RUSSIAN = "Математика\nГарасимов В.А. каб.5", "Русский язык\nЗиновьев Ф.Т. каб.6"
TODAY, YESTERDAY = date(2026, 11, 24), date(2026, 11, 23)
DAYS = ("Понедельник", "Вторник", "Среда")


def poster(*cells: str, over: str = "Расписание") -> bytes:
    """ИС-21 alone: a cell is the first pair of Monday, Tuesday, Wednesday, every week."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write(0, 0, over)
        for column, heading in enumerate(("День", "Пара", "ИС-21")):
            page.write(1, column, heading)
        for number, cell in enumerate(cells):
            top = 2 + number * 2
            for column, value in enumerate((DAYS[number], 1, cell)):
                page.merge_range(top, column, top + 1, column, value)
    return stream.getvalue()


def semesters() -> AcademicYear:
    year = db.session.scalar(select(AcademicYear))
    if year is None:
        year = AcademicYear(title="2026/2027", starts=date(2026, 9, 1), ends=date(2027, 8, 31))
    db.session.add(year)
    db.session.flush()
    first = Period(year_id=year.id, title="1 семестр", number=1, starts=date(2026, 9, 1), ends=date(2026, 12, 27))
    second = Period(year_id=year.id, title="2 семестр", number=2, starts=date(2027, 1, 11), ends=date(2027, 6, 27))
    db.session.add_all([first, second])
    db.session.commit()
    return year


def standing() -> list[tuple[int, str, str, date | None, date | None]]:
    rows = db.session.execute(
        select(
            TimetableEntry.weekday, Discipline.title, TimetableEntry.room, TimetableEntry.since, TimetableEntry.until
        )
        .join(Course, Course.id == TimetableEntry.course_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .order_by(TimetableEntry.weekday, TimetableEntry.id)
    )
    return [(*row,) for row in rows]


def lessons_before(day: date) -> list[tuple[str, date, int, str]]:
    rows = db.session.execute(
        select(Discipline.title, Lesson.date, Lesson.pair, Lesson.room)
        .join(Course, Course.id == Lesson.course_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .where(Lesson.date < day)
        .order_by(Lesson.date, Lesson.pair, Discipline.title)
    )
    return [(*row,) for row in rows]


def test_r4_2_c_weeks_that_are_over_stay_as_they_were(lists: Import) -> None:
    year = semesters()
    lists("timetable", poster(MATH, RUSSIAN))
    generation.generate(None, year, [], date(2026, 9, 1), date(2026, 12, 27))
    before = lessons_before(TODAY)
    assert before[0] == ("Русский язык", date(2026, 9, 1), 1, "6")
    plan = lists("timetable", poster(MATH.replace("каб.5", "каб.9"), MATH, RUSSIAN))
    assert (plan.created, plan.updated, plan.unchanged) == (1, 2, 0)
    assert "Изменения — с 24.11.2026: прошедшие недели остаются как были." in plan.notes
    assert standing() == [
        (1, "Математика", "5", None, YESTERDAY),
        (1, "Математика", "9", TODAY, None),
        (2, "Русский язык", "6", None, YESTERDAY),
        (2, "Математика", "5", TODAY, None),
        (3, "Русский язык", "6", TODAY, None),
    ]
    generation.generate(None, year, [], date(2026, 9, 1), date(2026, 12, 27))
    assert lessons_before(TODAY) == before


def test_loaded_again_it_changes_nothing_and_a_slip_of_the_day_is_mended_in_place(lists: Import) -> None:
    lists("timetable", poster(MATH))
    lists("timetable", poster(MATH.replace("каб.5", "каб.9")))
    again = lists("timetable", poster(MATH.replace("каб.5", "каб.9")))
    assert (again.created, again.updated, again.unchanged, again.notes) == (0, 0, 1, [])
    lists("timetable", poster(MATH.replace("каб.5", "каб.7")))
    assert standing() == [(1, "Математика", "5", None, YESTERDAY), (1, "Математика", "7", TODAY, None)]


def test_what_is_gone_ends_the_day_before_and_what_never_began_goes_for_good(lists: Import) -> None:
    lists("timetable", poster(MATH, RUSSIAN))
    lists("timetable", poster(MATH, RUSSIAN.replace("каб.6", "каб.8")))
    lists("timetable", poster(MATH))
    assert standing() == [(1, "Математика", "5", None, None), (2, "Русский язык", "6", None, YESTERDAY)]


def test_what_was_said_of_a_pair_by_hand_goes_on_in_the_new_one(lists: Import) -> None:
    lists("timetable", poster(MATH))
    entry = db.session.scalars(select(TimetableEntry)).one()
    entry.hours = 4
    db.session.commit()
    lists("timetable", poster(MATH.replace("каб.5", "каб.9")))
    assert db.session.scalars(select(TimetableEntry.hours)).all() == [4, 4]
    lists("timetable", poster(RUSSIAN))
    assert db.session.scalars(select(TimetableEntry.hours).order_by(TimetableEntry.id)).all() == [4, 2]


def test_a_poster_of_one_semester_says_nothing_of_the_other(lists: Import) -> None:
    semesters()
    first, second = "на 1 семестр 2026/2027 учебного года", "на 2 семестр 2026/2027 учебного года"
    lists("timetable", poster(MATH, over=first))
    lists("timetable", poster(RUSSIAN, over=second))
    lists("timetable", poster(MATH.replace("каб.5", "каб.9"), over=first))
    assert standing() == [
        (1, "Математика", "5", date(2026, 9, 1), YESTERDAY),
        (1, "Русский язык", "6", date(2027, 1, 11), date(2027, 6, 27)),
        (1, "Математика", "9", TODAY, date(2026, 12, 27)),
    ]


def test_a_poster_of_a_trimester_is_headed_and_read_as_one(lists: Import) -> None:
    year = semesters()
    db.session.execute(delete(Period))
    first, second = (date(2026, 9, 1), date(2026, 11, 30)), (date(2026, 12, 1), date(2027, 2, 28))
    for number, (starts, ends) in enumerate([first, second, (date(2027, 3, 1), date(2027, 6, 30))], 1):
        db.session.add(Period(year_id=year.id, title=f"{number} триместр", number=number, starts=starts, ends=ends))
    db.session.commit()
    lists("timetable", poster(MATH, over="на 3 триместр 2026/2027 учебного года"))
    assert standing() == [(1, "Математика", "5", date(2027, 3, 1), date(2027, 6, 30))]
    with time_machine.travel("2027-03-10 09:00:00+03:00", tick=True):
        plan = lists("timetable", exporter.export(None, "timetable", exporter.Options()))
    assert (plan.created, plan.updated, plan.unchanged) == (0, 0, 1)
    assert standing() == [(1, "Математика", "5", date(2027, 3, 1), date(2027, 6, 30))]


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("на 1 семестр", 1), ("на II семестр", 2), ("второй семестр 2026/2027", 2), ("первое полугодие", 1),
        ("III триместр", 3), ("на 4 модуль", 4), ("четвёртая четверть", 4), ("на 2026/2027 учебный год", None),
    ],
)  # fmt: skip
def test_the_period_over_a_poster_is_read_in_every_wording(words: str, number: int | None) -> None:
    assert weekly.names_period(f"Расписание учебных занятий {words}") == number


def test_a_poster_of_a_semester_that_is_over_changes_nothing_that_stood_there(lists: Import) -> None:
    semesters()
    over = "на 1 семестр 2026/2027 учебного года"
    lists("timetable", poster(MATH, over=over))
    with time_machine.travel("2027-02-01 09:00:00+03:00", tick=True):
        plan = lists("timetable", poster(RUSSIAN, RUSSIAN, over=over))
    assert (plan.created, plan.updated, plan.unchanged) == (1, 0, 1)
    assert any("прошли" in note for note in plan.notes)
    assert [row[:3] for row in standing()] == [(1, "Математика", "5"), (2, "Русский язык", "6")]


def test_a_timetable_of_a_closed_year_is_refused(lists: Import) -> None:
    lists("timetable", poster(MATH))
    db.session.scalars(select(AcademicYear)).one().closed_at = now()
    db.session.commit()
    with pytest.raises(ServiceError, match="закрыт"):
        lists("timetable", poster(RUSSIAN))


def test_who_comes_to_a_journal_teaches_it_from_that_day(lists: Import) -> None:
    """Nobody answers for the lessons of a colleague who taught before."""
    lists("timetable", poster(MATH))
    plan = lists("timetable", poster(MATH.replace("Гарасимов В.А.", "Зиновьев Ф.Т.")))
    assert any(change.title.endswith("с 24.11.2026") for change in plan.changes)
    [told] = [note for note in plan.notes if "Нагрузка" in note]
    assert "в файле Зиновьев Ф. Т., а журнал ведёт и Гарасимов В. А." in told
    taught = db.session.execute(
        select(Person.surname, CourseTeacher.since)
        .join(Person, Person.id == CourseTeacher.teacher_id)
        .order_by(CourseTeacher.id)
    ).all()
    assert [(*row,) for row in taught] == [("Гарасимов", date(2026, 9, 1)), ("Зиновьев", TODAY)]
    again = lists("timetable", poster(MATH.replace("Гарасимов В.А.", "Зиновьев Ф.Т.")))
    assert not any("Нагрузка" in note for note in again.notes), "two teach it: one of them is named"


def test_two_teachers_in_a_cell_without_subgroups_are_refused(lists: Import) -> None:
    both = "Иностранный язык\nГарасимов В.А. каб.5\nЗиновьев Ф.Т. каб.6"
    plan = lists("timetable", poster(both))
    assert [(error.cell, error.field) for error in plan.errors] == [("C3", "lesson")]
    assert "«1 п/г» и «2 п/г»" in plan.errors[0].message
    assert db.session.scalar(select(func.count(TimetableEntry.id))) == 0


def test_subgroups_that_have_names_are_left_alone(lists: Import) -> None:
    """A poster tells subgroups by number: the place of «английский» is nobody's to take away."""
    lists("timetable", poster(MATH, RUSSIAN))
    course = db.session.scalars(select(Course).join(Discipline).where(Discipline.title == "Русский язык")).one()
    course.subgroup = Subgroup(group_id=course.group_id, title="английский")
    db.session.commit()
    plan = lists("timetable", poster(MATH))
    assert (plan.created, plan.updated, plan.unchanged, len(plan.changes)) == (0, 0, 1, 1)


def test_a_numbered_hall_is_read_whole_before_another_teacher() -> None:
    cell = "Физическая культура\n1 п/г Гарасимов В.А. каб.спортзал 1 2 п/г Зиновьев Ф.Т. каб.зал 12"
    records = timetable.read(tables.read(poster(cell))).records
    assert [(r.subgroup, r.room) for r in records] == [(1, "спортзал 1"), (2, "зал 12")]
