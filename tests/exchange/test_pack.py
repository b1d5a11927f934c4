"""The pack as a workbook, there and back: what was typed while the system was down is in the journal (R4.1.b)."""

import re
from datetime import date, timedelta
from typing import Any

import factories
import pytest
from factories import Journal
from factories_packs import Filled
from flask import Flask

from ejournal.exchange import importer, returns
from ejournal.exchange.export import pack as export
from ejournal.exchange.importer import ChangedMeanwhileError
from ejournal.exchange.returns import Choice
from ejournal.exchange.store.pack import REASON, State
from ejournal.exchange.tables import FileError
from ejournal.extensions import db
from ejournal.models import Cell, Enrollment, Lesson, LogEntry, Role, Work
from ejournal.models.base import now
from ejournal.services import cells, continuity, failures, integrity, settings
from ejournal.services.cells import Entry
from ejournal.services.errors import ForbiddenError, RefusedError


@pytest.fixture
def journal(database: Flask) -> Journal:
    """Two lessons that are over, of yesterday and the day before, and one of today that nobody filled in."""
    today = settings.today()
    made = factories.make_journal(students=4, lessons=2, last=today - timedelta(days=1))
    coming = factories.make_lesson(made.course_id, today, state="planned")
    made.lessons.append(coming)
    made.works += coming.works
    made.students[0].surname = '=HYPERLINK("http://evil")'
    db.session.commit()
    cells.record_cell(teacher(made), made.course_id, Entry(made.students[0].id, made.works[0].id, "4", None))
    return made


def teacher(journal: Journal) -> Any:
    return factories.viewer_of(journal.teacher)


def admin() -> Any:
    return factories.viewer_of(factories.make_person("Ежова", (Role.SYSADMIN,)))


def packed(journal: Journal) -> Filled:
    content = export.as_xlsx(continuity.of_group(journal.group, journal.year, now()))
    db.session.rollback()
    return Filled(content)


def enter(actor: Any, content: bytes, **choice: Any) -> int:
    book = returns.read(content, "запас.xlsx")
    return returns.enter(actor, book, "запас.xlsx", Choice(**choice), returns.check(actor, book).fingerprint)


def texts(journal: Journal) -> dict[tuple[int, date], str]:
    """What stands in the journal: by the student's number in the list and the lesson's day."""
    numbers = {student.id: number for number, student in enumerate(journal.students)}
    rows = db.session.execute(
        db.select(Cell, Lesson.date).join(Work, Work.id == Cell.work_id).join(Lesson, Lesson.id == Work.lesson_id)
    )
    return {(numbers[c.student_id], day): (c.attendance or "") + (c.mark or "") for c, day in rows}


def test_r4_1_b_what_was_typed_into_the_pack_is_in_the_journal(journal: Journal) -> None:
    today = settings.today()
    book = packed(journal)
    book.put(1, 2, 5)
    book.put(2, 2, "н")
    book.put(3, 2, "j5")  # «о5» typed in the Latin layout
    book.put(1, 1, "б4")
    book.put_day(3, today)  # a lesson that nobody planned: the first free column
    book.put(0, 3, "5-")
    content = book.saved()
    assert enter(admin(), content) == 5
    yesterday = today - timedelta(days=1)
    got = texts(journal)
    assert got[0, today - timedelta(days=2)] == "4"
    assert (got[1, today], got[2, today], got[3, today]) == ("5", "н", "о5") or got[0, today] == "5-"
    assert got[1, yesterday] == "б4"
    today_lessons = db.session.scalars(db.select(Lesson).where(Lesson.date == today).order_by(Lesson.pair)).all()
    assert [lesson.state for lesson in today_lessons] == ["held", "held"]
    assert today_lessons[0].attendance_at is not None
    entries = db.session.scalars(
        db.select(LogEntry).where(LogEntry.subject == "cell", LogEntry.action == "import").order_by(LogEntry.id)
    ).all()
    assert {entry.actor_id for entry in entries} == {journal.teacher.id}
    assert {entry.reason for entry in entries} == {f"{REASON} (ввёл(а) Ежова П. И.)"}
    assert {entry.role for entry in entries} == {"teacher"}
    assert {cell.updated_by for cell in db.session.scalars(db.select(Cell).where(Cell.mark == "5"))} == {
        journal.teacher.id
    }
    assert enter(admin(), content) == 0  # the second time nothing changes
    assert len(db.session.scalars(db.select(Lesson).where(Lesson.date == today)).all()) == 2
    assert integrity.verify().is_whole


def test_a_blank_or_untouched_cell_changes_nothing(journal: Journal) -> None:
    book = packed(journal)
    # After the pack was made the teacher corrects a mark; the sheet still shows the old one.
    cells.record_cell(
        teacher(journal), journal.course_id, Entry(journal.students[0].id, journal.works[0].id, "5", None)
    )
    assert enter(teacher(journal), book.saved()) == 0
    assert texts(journal)[0, journal.lessons[0].date] == "5"


def test_a_conflict_shows_both_values_and_is_entered_only_when_taken(journal: Journal) -> None:
    book = packed(journal)
    address = book.put(1, 0, "3")
    book.put(2, 0, "4")
    cells.record_cell(
        teacher(journal), journal.course_id, Entry(journal.students[1].id, journal.works[0].id, "5", None)
    )
    content = book.saved()
    checked = returns.check(teacher(journal), returns.read(content, ""))
    (conflict,) = checked.sheets[0].of(State.CONFLICT)
    assert (conflict.typed, conflict.now) == ("3", "5")
    assert "Преподавателева" in conflict.who
    with pytest.raises(RefusedError, match="Ничего не записано"):
        enter(teacher(journal), content)
    day = journal.lessons[0].date
    assert (1, day) in texts(journal)
    assert (2, day) not in texts(journal)
    assert enter(teacher(journal), content, rest=True) == 1
    assert (texts(journal)[1, day], texts(journal)[2, day]) == ("5", "4")
    assert conflict.key.endswith(f"!{address}")
    assert enter(teacher(journal), content, take=frozenset({conflict.key})) == 1
    assert texts(journal)[1, day] == "3"


def test_refused_cells_are_named_with_their_reason(journal: Journal) -> None:
    tomorrow = factories.make_lesson(journal.course_id, settings.today() + timedelta(days=1), state="planned")
    book = packed(journal)
    wrong = {
        book.put(1, 1, "6"): "6",
        book.put(2, 1, "н/а"): "н/а",
        book.put(1, 3, "5"): "ещё не проведено",
        book.put(1, 4, "5"): "нет даты занятия",
    }
    book.put_name(3, "Чужой Человек Случайный")
    wrong[book.put(3, 1, "5")] = "а стоит «Чужой"
    book.put(2, 2, "5")
    content = book.saved()
    checked = returns.check(admin(), returns.read(content, ""))
    refused = {fate.key.rpartition("!")[2]: fate.message for fate in checked.sheets[0].of(State.REFUSED)}
    assert refused.keys() == wrong.keys()
    assert all(words in refused[address] for address, words in wrong.items())
    before = texts(journal)
    plan = importer.plan("marks", content, "запас.xlsx")
    assert {error.cell for error in plan.errors} == set(wrong)
    with pytest.raises(RefusedError):
        importer.apply(plan)
    assert texts(journal) == before
    assert enter(admin(), content, rest=True) == 1
    assert tomorrow.state == "planned"


def test_the_command_line_takes_the_pack_too(journal: Journal) -> None:
    book = packed(journal)
    book.put(1, 2, 5)
    plan = importer.apply(importer.plan("marks", book.saved(), "запас.xlsx"))
    assert (plan.created, plan.updated, plan.errors) == (1, 0, [])
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.action == "import", LogEntry.subject == "cell")).one()
    assert (entry.actor_id, entry.reason) == (journal.teacher.id, REASON)
    assert importer.plan("marks", book.saved(), "запас.xlsx").created == 0


def test_r4_4_e_days_of_a_declared_failure_make_nothing_late(journal: Journal) -> None:
    """Lessons of nine days ago: late by п. 4.4, unless administration declared those days."""
    today = settings.today()
    days = [today - timedelta(days=n) for n in (10, 9)]
    for day in days:
        factories.make_lesson(journal.course_id, day)
    book = packed(journal)
    book.put(1, 0, "5")
    book.put(1, 1, "5")
    failures.declare(admin(), days[1], days[1], "network", "обрыв кабеля")
    assert enter(teacher(journal), book.saved()) == 2
    late = {
        lesson.date: entry.late
        for entry, lesson in db.session.execute(
            db.select(LogEntry, Lesson)
            .join(Lesson, Lesson.id == LogEntry.lesson_id)
            .where(LogEntry.action == "import", LogEntry.subject == "cell")
        )
    }
    assert late == {days[0]: True, days[1]: False}


def test_r4_2_e_a_mark_changed_by_a_pack_is_a_change_like_any_other(journal: Journal) -> None:
    """A failure excuses what could not be entered in time, not what was entered and is changed long after."""
    day = settings.today() - timedelta(days=9)
    lesson = factories.make_lesson(journal.course_id, day)
    failures.declare(admin(), day, day, "network")
    cells.record_cell(teacher(journal), journal.course_id, Entry(journal.students[1].id, lesson.works[0].id, "3", None))
    book = packed(journal)
    book.put(1, 0, "5")
    assert enter(teacher(journal), book.saved()) == 1
    of_cells = db.select(LogEntry).where(LogEntry.subject == "cell", LogEntry.lesson_id == lesson.id)
    rows = db.session.scalars(of_cells.order_by(LogEntry.id))
    assert [(row.action, row.late) for row in rows] == [("record", False), ("import", True)]


def test_r2_1_c_a_teacher_enters_only_her_own_journals(journal: Journal) -> None:
    book = packed(journal)
    book.put(1, 2, 5)
    stranger = factories.viewer_of(factories.make_person("Чужова", (Role.TEACHER,)))
    with pytest.raises(ForbiddenError):
        returns.check(stranger, returns.read(book.saved(), ""))
    curator = factories.viewer_of(factories.make_curator(journal.group))
    with pytest.raises(ForbiddenError):
        returns.check(curator, returns.read(book.saved(), ""))


def test_what_changed_since_it_was_shown_is_shown_again(journal: Journal) -> None:
    book = packed(journal)
    book.put(1, 2, 5)
    listing = returns.read(book.saved(), "")
    shown = returns.check(admin(), listing).fingerprint
    cells.record_cell(
        teacher(journal), journal.course_id, Entry(journal.students[1].id, journal.works[2].id, "3", None)
    )
    with pytest.raises(ChangedMeanwhileError):
        returns.enter(admin(), listing, "", Choice(rest=True), shown)
    assert texts(journal)[1, settings.today()] == "3"


def test_r4_1_b_a_pack_fills_what_a_restored_copy_lost(journal: Journal) -> None:
    """The copy is older than the pack: what the pack showed is missing in it, lessons have other numbers."""
    day = settings.today() - timedelta(days=3)
    lost = factories.make_lesson(journal.course_id, day)
    work = lost.works[0]
    db.session.add(Cell(work_id=work.id, student_id=journal.students[2].id, mark="4"))
    db.session.commit()
    book = packed(journal)
    for table, where in ((Cell, Cell.work_id == work.id), (Work, Work.id == work.id), (Lesson, Lesson.id == lost.id)):
        db.session.execute(db.delete(table).where(where).execution_options(synchronize_session=False))
    db.session.commit()
    db.session.expunge(lost)
    factories.make_lesson(journal.course_id, day, lost.pair)
    assert enter(teacher(journal), book.saved()) == 1
    assert texts(journal)[2, day] == "4"


def test_the_workbook_holds_no_formula_and_can_be_typed_into(journal: Journal) -> None:
    book = packed(journal)
    sheet, names = book.xml(), book.parts["xl/workbook.xml"]
    assert re.findall(r'<sheet name="([^"]+)"', names) == [export.GUIDE, "ОП.01 Операционные системы"]
    assert "<f>" not in sheet
    assert "=HYPERLINK(" in book.parts["xl/sharedStrings.xml"]  # a name, as text
    assert re.search(r'<row r="1"[^>]*hidden="1"', sheet)
    assert re.search(r'<col min="1" max="1"[^>]*hidden="1"', sheet)
    assert 'topLeftCell="D5"' in sheet
    assert 'state="frozen"' in sheet
    assert "<sheetProtection" in sheet
    assert sheet.count("<dataValidation ") == 2
    locked = {address: _is_locked(book, address) for address in ("C5", "D5", "F5", "G3")}
    assert locked == {"C5": True, "D5": False, "F5": False, "G3": False}
    assert re.search(r'<c r="D5" s="\d+"><v>4</v>', sheet)  # a mark alone is a number


def _is_locked(book: Filled, address: str) -> bool:
    found = re.search(rf'<c r="{address}" s="(\d+)"', book.xml())
    assert found
    formats = re.search(r"<cellXfs.*?</cellXfs>", book.parts["xl/styles.xml"])
    assert formats
    xf = re.findall(r"<xf .*?(?:/>|</xf>)", re.sub(r"<(alignment|protection)([^>]*)/>", r"<\1\2>", formats[0]))
    return 'locked="0"' not in xf[int(found[1])]


def test_another_table_is_told_from_a_pack(journal: Journal) -> None:
    with pytest.raises(FileError, match="запаса"):
        returns.read("Фамилия, имя;01.09.2026\nКим Пётр;5\n".encode(), "журнал.csv")
    book = packed(journal)
    book.parts["xl/worksheets/sheet1.xml"] = book.xml()
    with pytest.raises(FileError, match="дважды"):
        returns.read(book.saved(), "")


def test_r4_2_e_an_old_mark_that_no_failure_explains_is_changed_in_the_journal_with_a_reason(journal: Journal) -> None:
    lesson = factories.make_lesson(journal.course_id, settings.today() - timedelta(days=9))
    cells.record_cell(teacher(journal), journal.course_id, Entry(journal.students[1].id, lesson.works[0].id, "3", None))
    book = packed(journal)
    address = book.put(1, 0, "5")
    content = book.saved()
    (fate,) = returns.check(teacher(journal), returns.read(content, "")).sheets[0].of(State.REFUSED)
    assert fate.key.endswith(f"!{address}")
    assert "укажите причину (п. 4.2)" in fate.message
    assert enter(teacher(journal), content, rest=True) == 0
    assert texts(journal)[1, lesson.date] == "3"


def test_r4_4_e_what_is_refused_does_not_make_a_lesson_held(journal: Journal) -> None:
    leaving = db.session.scalars(db.select(Enrollment).where(Enrollment.student_id == journal.students[1].id)).one()
    book = packed(journal)
    book.put(1, 2, "н")
    leaving.until = settings.today() - timedelta(days=1)
    db.session.commit()
    assert enter(teacher(journal), book.saved(), rest=True) == 0
    lesson = db.session.get_one(Lesson, journal.lessons[2].id)
    assert (lesson.state, lesson.attendance_at) == ("planned", None)
