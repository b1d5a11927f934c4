"""The log of changes is read by administration (п. 4.2)."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import factories
import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import insert

from ejournal.extensions import db
from ejournal.models import LogEntry, Period, PeriodClosing, Person, Role
from ejournal.services import log_search, settings

WHEN = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)  # in Moscow already the 24th


@pytest.fixture
def reader(app: Flask, sign_in: Callable[[Person], FlaskClient]) -> FlaskClient:
    """The director, after a teacher corrected a mark late and an import was made."""
    with app.app_context():
        journal = factories.make_journal(students=1, lessons=1)
        director = factories.make_person("Орлова", roles=(Role.ADMINISTRATION,))
        cell = {
            "subject": "cell",
            "action": "record",
            "actor_id": journal.teacher.id,
            "course_id": journal.course_id,
            "student_id": journal.students[0].id,
            "before": "3",
            "after": "4",
            "reason": "ошибка при переносе",
            "late": True,
            "at": WHEN,
        }
        other = {**dict.fromkeys(cell), "subject": "import", "action": "apply", "late": False, "at": WHEN}
        db.session.execute(insert(LogEntry), [cell, {**other, "actor_id": director.id, "after": "студенты: 25"}])
        db.session.commit()
    return sign_in(director)


def test_r4_2_e_who_when_from_to_and_why_are_shown(reader: FlaskClient) -> None:
    row = rows(reader.get("/admin/log").text)[1]
    for shown in (
        "24.11.2026 00:30",
        "Преподавателева",
        "отметка",
        "ИС-",
        "3 → 4",
        "ошибка при переносе",
        "опозданием",
    ):
        assert shown in row


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({}, ["студенты", "3 → 4"]),
        ({"who": "препод"}, ["3 → 4"]),
        ({"who": "Орлова"}, ["студенты"]),
        ({"subject": "cell"}, ["3 → 4"]),
        ({"student": "АБРАМ"}, ["3 → 4"]),
        ({"student": "Препод"}, []),
        ({"group": "x"}, ["студенты", "3 → 4"]),
        ({"late": "1"}, ["3 → 4"]),
        ({"closed": "1"}, []),
        ({"since": "2026-11-24", "until": "2026-11-24"}, ["студенты", "3 → 4"]),
        ({"until": "2026-11-23"}, []),
        ({"since": "2026-11-25"}, []),
        ({"since": "not a day", "page": "x"}, ["студенты", "3 → 4"]),
    ],
)
def test_the_log_is_narrowed(reader: FlaskClient, filters: dict[str, str], shown: list[str]) -> None:
    found = rows(reader.get("/admin/log", query_string=filters).text)
    assert len(found) == len(shown)
    for text, row in zip(shown, found, strict=True):
        assert text in row


def test_the_days_are_those_of_the_colleges_time_zone(app: Flask, reader: FlaskClient) -> None:
    with app.app_context():
        settings.put("timezone", "America/New_York")  # there it was still the 23rd
        db.session.commit()
    assert len(rows(reader.get("/admin/log", query_string={"until": "2026-11-23"}).text)) == 2
    assert "23.11.2026 16:30" in reader.get("/admin/log").text


def test_a_long_log_comes_in_pages(app: Flask, reader: FlaskClient) -> None:
    entry = {"subject": "setting", "action": "update", "late": False, "at": WHEN}
    with app.app_context():
        db.session.execute(insert(LogEntry), [entry] * (log_search.PAGE_SIZE + 5))
        db.session.commit()
    first, second = reader.get("/admin/log").text, reader.get("/admin/log?page=2").text
    assert len(rows(first)) == log_search.PAGE_SIZE
    assert len(rows(second)) == 7
    assert 'rel="next"' in first
    assert 'rel="next"' not in second
    assert 'rel="prev"' in second


def rows(page: str) -> list[str]:
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    plain = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", row)) for row in body[1].split("</tr>")] if body else []
    return [row for row in plain if row.strip()]


def test_r4_2_e_what_was_changed_in_a_closed_period_is_found(app: Flask, reader: FlaskClient) -> None:
    with app.app_context():
        # The first entry of all is of a lesson in no closed period: each entry is judged by its own lesson.
        other = factories.make_journal(students=1, lessons=1, last=WHEN.date() - timedelta(days=400))
        journal = factories.make_journal(students=1, lessons=1)
        db.session.execute(
            insert(LogEntry),
            [{"course_id": other.course_id, "student_id": other.students[0].id, "actor_id": other.teacher.id,
              "work_id": other.works[0].id, "subject": "cell", "action": "record", "after": "другое", "at": WHEN}],
        )  # fmt: skip
        db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id, closed_at=WHEN))
        place = {"course_id": journal.course_id, "student_id": journal.students[0].id, "actor_id": journal.teacher.id}
        blank = {"work_id": None, "details": None}
        after, before = WHEN + timedelta(hours=1), WHEN - timedelta(hours=1)
        mark = {"subject": "period-mark", "details": {"slot": str(journal.period.id)}}
        cell = {"subject": "cell", "work_id": journal.works[0].id}
        entries = [
            {**blank, **place, **kind, "action": "record", "after": text, "at": at}
            for kind in (mark, cell)
            for text, at in ((f"{kind['subject']} до", before), (f"{kind['subject']} после", after))
        ]
        db.session.execute(insert(LogEntry), entries)
        db.session.commit()
    shown = reader.get("/admin/log", query_string={"closed": "1"}).text
    for subject in ("period-mark", "cell"):
        assert f"{subject} после" in shown
        assert f"{subject} до" not in shown


def test_r4_2_e_the_log_is_taken_out_as_a_spreadsheet_and_that_is_logged(app: Flask, reader: FlaskClient) -> None:
    answer = reader.get("/admin/log.xlsx", query_string={"late": "1"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert "spreadsheetml" in answer.content_type
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    head = next(number for number, row in enumerate(rows) if row[0] == "Когда")
    assert len(rows) == head + 2
    assert rows[head + 1][4:8] == ["3", "4", "ошибка при переносе", "да"]
    assert "журнал изменений: выгрузка" in reader.get("/admin/log", query_string={"subject": "log"}).text


def test_r4_2_e_marks_of_the_year_and_final_ones_are_closed_with_the_last_period(
    app: Flask, reader: FlaskClient
) -> None:
    with app.app_context():
        journal = factories.make_journal(students=1, lessons=0)
        last = Period(
            year_id=journal.year.id, number=2, title="II полугодие", group_id=journal.period.group_id,
            course_number=journal.period.course_number,
            starts=journal.period.ends + timedelta(days=1), ends=journal.period.ends + timedelta(days=90),
        )  # fmt: skip
        db.session.add(last)
        db.session.flush()
        closing = {"course_id": journal.course_id, "closed_at": WHEN}
        db.session.add(PeriodClosing(period_id=journal.period.id, **closing))
        place = {"course_id": journal.course_id, "student_id": journal.students[0].id, "subject": "period-mark"}
        entries = [
            {**place, "action": "record", "details": {"slot": slot}, "after": f"{slot} {text}", "at": at}
            for slot in ("year", "final")
            for text, at in (("до", WHEN - timedelta(hours=1)), ("после", WHEN + timedelta(hours=1)))
        ]
        db.session.execute(insert(LogEntry), entries)
        db.session.commit()
    assert rows(reader.get("/admin/log?closed=1").text) == []  # only the first of two periods is closed
    with app.app_context():
        db.session.add(PeriodClosing(period_id=last.id, **closing))
        db.session.commit()
    shown = reader.get("/admin/log?closed=1").text
    assert [slot in shown for slot in ("year после", "final после")] == [True, True]
    assert [slot in shown for slot in ("year до", "final до")] == [False, False]
    # The spreadsheet takes the same conditions.
    answer = reader.get("/admin/log.xlsx", query_string={"closed": "1", "student": "Никого"})
    table = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert table[-1][0] == "Когда"


def test_r4_2_e_a_groups_entries_are_those_of_its_journals_and_of_its_students_beside_them(
    app: Flask, reader: FlaskClient
) -> None:
    with app.app_context():
        first, other = (factories.make_journal(students=1, lessons=0) for _ in range(2))
        entry = {"action": "update", "course_id": None, "student_id": None}
        db.session.execute(
            insert(LogEntry),
            [
                {**entry, "subject": "enrollment", "student_id": first.students[0].id, "after": "приказ первой"},
                {**entry, "subject": "lesson", "course_id": first.course_id, "after": "занятие первой"},
                {**entry, "subject": "enrollment", "student_id": other.students[0].id, "after": "приказ другой"},
                {**entry, "subject": "lesson", "course_id": other.course_id, "after": "занятие другой"},
            ],
        )
        db.session.commit()
        group_id = first.group.id
    shown = reader.get("/admin/log", query_string={"group": group_id}).text
    assert len(rows(shown)) == 2
    assert all(words in shown for words in ("приказ первой", "занятие первой"))
