"""Curricula, thematic plans, bells and timetables that are not tidy."""

import io
from datetime import date, time

import pytest
import xlsxwriter
from sqlalchemy import select

from ejournal.exchange import bells, curriculum, marks, tables, thematic_plan, timetable
from ejournal.exchange.tables import FileError
from ejournal.extensions import db
from ejournal.models import (
    Course,
    CurriculumHours,
    Discipline,
    DisciplineKind,
    Lesson,
    Period,
    PeriodClosing,
    ThematicPlan,
    TimetableEntry,
    Topic,
)
from tests.exchange.conftest import Import, workbook

PLX = """<?xml version="1.0" encoding="utf-16"?>
<Документ><dsMMISDB xmlns="http://tempuri.org/dsMMISDB.xsd">
<ООП Код="5" Шифр="09.02.07" Название="ИНФОРМАЦИОННЫЕ СИСТЕМЫ" />
<Планы Код="-1" КодООП="5" Титул="Информационные системы&#13;&#10;Профиль: технический" Квалификация="Программист"
 СрокОбучения="2" СрокОбученияМесяцев="10" СеместровНаКурсе="2" ЧислоКурсов="11" />
<СправочникВидыРабот Код="1" Аббревиатура="Эк" КодТипРабот="7" Контактный="false" />
<СправочникВидыРабот Код="3" Аббревиатура="ЗаО" КодТипРабот="7" Контактный="false" />
<СправочникВидыРабот Код="5" Аббревиатура="КР" КодТипРабот="7" Контактный="false" />
<СправочникВидыРабот Код="101" Аббревиатура="Лек" КодТипРабот="1" Контактный="true" />
<СправочникВидыРабот Код="107" Аббревиатура="СР" КодТипРабот="5" Контактный="false" />
<СправочникВидыРабот Код="114" Аббревиатура="КРП" КодТипРабот="9" Контактный="true" />
<СправочникВидыРабот Код="1000" Аббревиатура="Итого" Контактный="false" />
<ПланыСтроки Код="-1" Дисциплина="Базовые дисциплины" ДисциплинаКод="БД" ТипОбъекта="1" />
<ПланыСтроки Код="-2" Дисциплина="Разработка модулей" ДисциплинаКод=" ПM.01" ТипОбъекта="1" />
<ПланыСтроки Код="-3" Дисциплина="Программные модули" ДисциплинаКод="  МДК.01.01" ТипОбъекта="2" КодРодителя="-2" />
<ПланыСтроки Код="-4" Дисциплина="Экзамен по модулю" ДисциплинаКод="ПM.01.ЭК" ТипОбъекта="4" КодРодителя="-2" />
<ПланыНовыеЧасы КодОбъекта="-3" КодВидаРаботы="101" КодТипаЧасов="1" Курс="2" Семестр="1" Сессия="0" Количество="46" />
<ПланыНовыеЧасы КодОбъекта="-3" КодВидаРаботы="114" КодТипаЧасов="1" Курс="2" Семестр="1" Сессия="0" Количество="24" />
<ПланыНовыеЧасы КодОбъекта="-3" КодВидаРаботы="107" КодТипаЧасов="1" Курс="2" Семестр="1" Сессия="0" Количество="2" />
<ПланыНовыеЧасы КодОбъекта="-3" КодВидаРаботы="1000" КодТипаЧасов="1" Курс="2" Семестр="1" Сессия="0" Количество="72" />
<ПланыНовыеЧасы КодОбъекта="-3" КодВидаРаботы="101" КодТипаЧасов="5" Курс="2" Семестр="1" Сессия="0" Количество="20" />
<ПланыНовыеЧасы КодОбъекта="-3" КодВидаРаботы="101" КодТипаЧасов="1" Курс="2" Семестр="1" Сессия="2" Количество="46" />
<ПланыНовыеЧасы КодОбъекта="-3" КодВидаРаботы="1" КодТипаЧасов="1" Курс="2" Семестр="1" Сессия="0" Количество="1" />
<ПланыНовыеЧасы КодОбъекта="-3" КодВидаРаботы="5" КодТипаЧасов="1" Курс="2" Семестр="1" Сессия="0" Количество="1" />
</dsMMISDB></Документ>
"""


def test_a_plan_of_the_plan_program_is_read_with_its_peculiarities() -> None:
    plan = curriculum.read(PLX.encode("utf-16"))
    assert (plan.code, plan.title, plan.qualification, plan.years) == (
        "09.02.07",
        "Информационные системы",
        "Программист",
        3,
    )
    heading, module, row, exam = plan.rows
    assert (heading.index, heading.is_container) == ("БД", True)
    assert (module.index, module.kind, module.is_container) == ("ПМ.01", DisciplineKind.PM, True)
    # Hours by session and of practical training are parts of the ordinary ones; self-study is in the total only.
    assert (row.index, row.module, row.hours, row.total) == ("МДК.01.01", "ПМ.01", {3: 70}, {3: 72})
    assert row.control == {3: ["Э", "КР"]}
    assert (exam.index, exam.module, exam.is_container) == ("ПМ.01.ЭК", "ПМ.01", False)


def test_a_plan_with_declared_entities_is_refused() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    with pytest.raises(FileError, match="DTD"):
        curriculum.read(bomb.encode())


@pytest.mark.parametrize("content", ['<?xml version="1.0"?><Документ><План/></Документ>', '<?xml version="1.0"?><a>'])
def test_other_or_broken_xml_is_refused_with_what_to_do(content: str) -> None:
    with pytest.raises(FileError, match="план"):
        curriculum.read(content.encode())


CURRICULUM = ["Индекс", "Наименование", "Экз.", "Зач.", "Диф. зач.", "1 сем.", "2 сем.", "3 сем.", "4 сем."]


@pytest.mark.parametrize(
    ("typed", "semesters"), [("24", [2, 4]), (24, [2, 4]), ("2, 4", [2, 4]), ("1-3", [1, 2, 3]), (10, [10])]
)
def test_semesters_of_control_in_every_notation(typed: str | int, semesters: list[int]) -> None:
    assert curriculum.semesters(typed) == semesters


def test_rows_of_a_curriculum_with_mistakes_are_named() -> None:
    book = workbook(
        ["Учебный план 09.02.07 ИС"],
        CURRICULUM,
        ["ОП", "Общепрофессиональный цикл"],
        ["ОП.01", "Сети", 1, None, None, "много"],
        ["ОП.02", None, None, 1, None, 36],
        ["ОП.03", "Базы", "осень", None, None, 36],
        [None, "Без индекса", None, None, None, 36],
        ["ОП.04", "Право", None, 1, None, 36],
        ["ОП.04", "Право ещё раз", None, 1, None, 36],
    )
    plan = curriculum.read(book)
    assert [(error.row, error.field) for error in plan.errors] == [
        (4, "s1"),
        (5, "title"),
        (6, "Э"),
        (7, "index"),
        (9, "index"),
    ]


def test_a_changed_curriculum_says_what_changes(load: Import) -> None:
    title = ["Учебный план 09.02.07 ИС"]
    load("curriculum", workbook(title, CURRICULUM, ["ОП.01", "Сети", 1, None, None, 36, 40]), create=True)
    plan = load("curriculum", workbook(title, CURRICULUM, ["ОП.01", "Компьютерные сети", None, None, 3, 36, None, 20]))
    assert plan.updated == 1
    assert plan.changes[0].lines == (
        "название: Сети → Компьютерные сети",
        "1 сем.: 36 ч., Э → 36 ч.",
        "2 сем.: 40 ч. → нет",
        "3 сем.: нет → 20 ч., ДЗ",
    )
    rows = db.session.scalars(select(CurriculumHours).order_by(CurriculumHours.semester))
    assert [(row.semester, row.hours, row.control) for row in rows] == [(1, 36, None), (3, 20, "ДЗ")]


def test_a_curriculum_without_a_code_of_speciality_is_refused(load: Import) -> None:
    (error,) = load("curriculum", workbook(CURRICULUM, ["ОП.01", "Сети", 1, None, None, 36]), create=True).errors
    assert "09.02.07" in error.message


TOPICS = ["№ урока", "Тема", "Часы", "Вид", "Задание"]
LABEL = ["Дисциплина: Математика    Группа: ИС-21"]


def test_topics_with_mistakes_are_named_and_a_wrong_total_remarked_on() -> None:
    plan = thematic_plan.read(
        tables.read(workbook(LABEL, TOPICS, [1, "Ряды", "два"], [2, None, 2, "лекция"], [3, "Пределы", None, "лекция"]))
    )
    assert [(error.row, error.field) for error in plan.errors] == [(3, "hours"), (4, "topic"), (5, "hours")]
    plan = thematic_plan.read(tables.read(workbook(LABEL, TOPICS, [1, "Ряды", 2], [None, "Итого", 4])))
    assert "указано 4 ч." in plan.notes[0]


def test_a_topic_put_in_between_moves_the_others_and_lessons_keep_theirs(college: Import) -> None:
    first, second = ["1", "Ряды", 2, "лекция"], ["2", "Пределы", 2, "лекция"]
    college("thematic-plan", workbook(LABEL, TOPICS, first, second))
    limits = db.session.scalars(select(Topic).where(Topic.title == "Пределы")).one()
    course = db.session.scalars(select(Course).where(Course.plan_id == limits.plan_id)).one()
    db.session.add(Lesson(course_id=course.id, date=date(2026, 10, 1), pair=1, topic="Пределы", topic_id=limits.id))
    db.session.commit()
    plan = college("thematic-plan", workbook(LABEL, TOPICS, first, ["2", "Повторение", 2], ["3", *second[1:]]))
    assert (plan.created, plan.updated, plan.unchanged) == (1, 1, 1)
    stored = list(db.session.scalars(select(Topic).order_by(Topic.ordinal)))
    assert [(topic.ordinal, topic.title) for topic in stored] == [(1, "Ряды"), (2, "Повторение"), (3, "Пределы")]
    assert stored[2].id == limits.id
    plan = college("thematic-plan", workbook(LABEL, TOPICS, first))
    assert (plan.created, plan.updated, plan.unchanged) == (0, 0, 1)
    lesson = db.session.scalars(select(Lesson)).one()
    assert (lesson.topic, lesson.topic_id) == ("Пределы", None)


def test_a_plan_is_attached_to_a_journal_made_later(load: Import) -> None:
    load("students", "students.xlsx", create=True)
    load("teachers", "teachers.xlsx")
    load("curriculum", "curriculum.xlsx", create=True)
    plan = load("thematic-plan", "thematic-plan.xlsx")
    assert "ещё нет" in plan.notes[0]
    load("timetable", "timetable.xlsx")
    stored = db.session.scalars(select(ThematicPlan)).one()
    assert db.session.scalars(select(Course).where(Course.plan_id == stored.id)).one().group.title == "ИС-21"


def test_bells_in_separate_columns_with_breaks_between() -> None:
    book = workbook(
        ["Звонки"],
        ["Пара", "Начало", "Конец"],
        ["1 пара", "8.30", "10.05"],
        ["перемена", "10.05", "10.15"],
        ["2", time(10, 15), time(11, 50)],
    )
    (schedule,) = bells.read(tables.read(book)).schedules
    assert [(b.pair, b.starts, b.ends) for b in schedule.bells] == [
        (1, time(8, 30), time(10, 5)),
        (2, time(10, 15), time(11, 50)),
    ]


@pytest.mark.parametrize("span", ["08:30", "10:05-08:30", "25:00-26:00", "утром", None])
def test_a_pair_without_a_beginning_and_an_end_is_refused(span: str | None) -> None:
    listing = bells.read(tables.read(workbook(["Пара", "Время"], [1, span], [2, "10:15-11:50"])))
    assert [error.row for error in listing.errors] == [2]


POSTER = ["День", "Пара", "Время", "ИС-21", "ТО-22"]


def test_a_pair_of_one_row_is_every_week_and_of_two_rows_by_their_merging() -> None:
    book = _poster(
        ["Понедельник", 1, None, None, "Право\nКим В.И. каб.1"],
        [None, None, None, None, "Сети\nПак О.О. ауд. 2а"],
        ["Вторник", 1, None, "Право, Ким В. И., к. 3", None],
    )
    listing = timetable.read(tables.read(book))
    assert listing.errors == []
    assert [(r.group, r.weekday, r.week, r.discipline, r.teacher, r.room) for r in listing.records] == [
        ("ИС-21", 1, "both", "Базы", "Ким В.И.", "9"),
        ("ТО-22", 1, "odd", "Право", "Ким В.И.", "1"),
        ("ТО-22", 1, "even", "Сети", "Пак О.О.", "2а"),
        ("ИС-21", 2, "both", "Право", "Ким В.И.", "3"),
    ]


def test_a_cell_nobody_can_read_is_named_by_address() -> None:
    listing = timetable.read(tables.read(_poster(["Понедельник", 1, None, None, "классный час"])))
    (error,) = listing.errors
    assert (error.cell, error.column) == ("E2", "ТО-22")


def test_a_timetable_without_merged_cells_is_refused() -> None:
    with pytest.raises(FileError, match="xlsx"):
        timetable.read(tables.read("День;Пара;ИС-21\nПонедельник;1;Право Ким В.И.\n".encode()))


def test_unknown_teachers_and_disciplines_of_a_timetable_are_named(load: Import) -> None:
    load("students", "students.xlsx", create=True)
    load("curriculum", "curriculum.xlsx", create=True)
    plan = load("timetable", _poster(["Понедельник", 1, None, None, "Русский язык\nКим В.И. к.1"]))
    assert [(error.cell, error.field) for error in plan.errors] == [("D2", "discipline"), ("E2", "teacher")]


def test_a_new_timetable_changes_rooms_and_ends_what_is_gone(college: Import) -> None:
    math, russian = "Математика\nГарасимов В.А. каб.5", "Русский язык\nЗиновьев Ф.Т. каб.6"
    college("timetable", _poster(["Понедельник", 1, None, None, russian], first=math))
    before = len(in_force())
    plan = college("timetable", _poster(["Понедельник", 1, None, None, russian.replace("6", "7")], first=math))
    assert (plan.created, plan.updated, plan.unchanged) == (0, 1, 1)
    assert before == len(in_force())


def in_force() -> list[TimetableEntry]:
    return list(db.session.scalars(select(TimetableEntry).where(TimetableEntry.until.is_(None))))


JOURNAL = ["Журнал: группа ИС-21, Математика"]


def test_marks_go_into_the_lesson_that_is_there_and_change_is_said(college: Import) -> None:
    head = ["№", "ФИО", date(2026, 10, 5)]
    college("marks", workbook(JOURNAL, head, [1, "Семёнов Пётр", 4]))
    plan = college("marks", workbook(JOURNAL, head, [1, "Семенов Петр Артемович", "о5"]))
    assert (plan.created, plan.updated) == (0, 1)
    assert plan.changes[0].lines == ("4 → о5",)
    assert len(list(db.session.scalars(select(Lesson)))) == 1


def test_marks_for_strangers_and_for_days_to_come_are_refused(college: Import) -> None:
    head = ["№", "ФИО", date(2026, 10, 5), date(2026, 12, 30)]
    plan = college("marks", workbook(JOURNAL, head, [1, "Никто Никита", 4], [2, "Ким Вера", None, 5]))
    assert [(error.cell, error.field) for error in plan.errors] == [("C3", "student"), ("D4", "date")]


def test_marks_of_a_closed_period_are_refused(college: Import) -> None:
    course = db.session.scalars(
        select(Course).join(Discipline).where(Discipline.title == "Математика", Course.group.has(title="ИС-21"))
    ).one()
    period = Period(
        year_id=course.year_id, number=1, title="1 семестр", starts=date(2026, 9, 1), ends=date(2026, 12, 31)
    )
    db.session.add(period)
    db.session.flush()
    db.session.add(PeriodClosing(course_id=course.id, period_id=period.id))
    db.session.commit()
    (error,) = college("marks", workbook(JOURNAL, ["№", "ФИО", date(2026, 10, 5)], [1, "Ким Вера", 4])).errors
    assert (error.cell, error.field) == ("C3", "date")
    assert "закрыт" in error.message


def test_a_date_without_a_year_is_of_the_year_of_the_others() -> None:
    book = workbook(JOURNAL, ["№", "ФИО", date(2026, 12, 28), "11.01", "12.01.2027"], [1, "Ким Вера", 4, 5, 3])
    assert marks.read(tables.read(book)).dates == [date(2026, 12, 28), date(2027, 1, 11), date(2027, 1, 12)]


def _poster(*rows: list[object], first: str = "Базы\nКим В.И. каб.9") -> bytes:
    """A poster whose first pair of ИС-21 is merged over its two rows."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for column, title in enumerate(POSTER):
            page.write(0, column, title)
        page.merge_range(1, 0, 2, 0, "Понедельник")
        page.merge_range(1, 1, 2, 1, 1)
        page.merge_range(1, 3, 2, 3, first)
        number = 1
        for row in rows:
            number = 3 if number < 3 and row[0] == "Вторник" else number
            for column, value in enumerate(row):
                if value is not None and not (number < 3 and column < 2):
                    page.write(number, column, value)
            number += 1
    return stream.getvalue()
