"""A fictitious college in the middle of a semester, as of today: what a visitor sees first.

Everything follows from the seed, the number of students and the moment; names of people come from lists.
"""

from dataclasses import dataclass

from ejournal.demo import (
    absences,
    accounts,
    board,
    both_ways,
    calendar,
    compromises,
    consents,
    debts,
    diary,
    individual,
    journals,
    lessons,
    life,
    messages,
    news,
    past_sessions,
    period_marks,
    plans,
    remarks,
    replacements,
    rows,
    session,
    sign_ins,
    staff,
    streams,
    students,
    timetable,
)
from ejournal.demo.accounts import PASSWORD, Login
from ejournal.demo.calendar import Year
from ejournal.demo.journal import Journal
from ejournal.demo.names import Names
from ejournal.demo.rows import Rows
from ejournal.demo.world import Course, Group
from ejournal.extensions import db, renew_statistics
from ejournal.models import LogEntry, Setting
from ejournal.models.base import now
from ejournal.services import log_chain, settings
from ejournal.services.errors import RefusedError

AT_ONCE = 2000  # lessons whose cells are held in memory before they are written
LEAST = 16  # two students in each of the first eight groups

COLLEGE = {
    "college.name": "ГБПОУ «Светлоярский политехнический колледж»",
    "college.short_name": "Светлоярский политехнический колледж",
    "college.city": "Светлоярск",
    "college.founder": "Министерство образования Светлоярской области",
    "college.address": "600000, г. Светлоярск, ул. Политехническая, д. 12",
    "college.phone": "+7 000 200-10-10",
    "college.inn": "0000000000",
    "college.ogrn": "0000000000000",
    "timezone": "Europe/Moscow",
    "is_demo": True,
}


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What was made: how many rows by table, and how to sign in."""

    counts: dict[str, int]
    logins: tuple[Login, ...]
    password: str = PASSWORD


def fill(students: int = 200, seed: int = 1) -> DemoSummary:
    """Fill the empty database with a college of that many students, and commit.

    Raises RefusedError, changing nothing, when the database is not empty or the college would be too small.
    """
    if students < LEAST:
        raise RefusedError(f"Для демонстрационного колледжа нужно не меньше {LEAST} обучающихся.")
    if not rows.is_empty():
        raise RefusedError(
            "База данных не пуста. Демонстрационный колледж создаётся только в пустой: "
            "укажите другую папку в EJOURNAL_INSTANCE или сначала удалите базу."
        )
    try:
        summary = _fill(students, seed)
        renew_statistics(db.session.connection())
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        settings.forget()
    return summary


def _fill(number: int, seed: int) -> DemoSummary:
    year = Year(now(), settings.ZoneInfo(str(COLLEGE["timezone"])))
    kept = Rows(year.now)
    year_id, period_ids = _open(kept, year)
    programmes = plans.add(kept, seed)
    names = Names(seed)
    groups = students.add_groups(kept, year, programmes, number)
    timetable.add_modes(kept, year_id, groups)
    employees, wants = staff.add(kept, year, seed, groups, names)
    students.add_students(kept, year, seed, groups, number, names)
    student, parent, guardians = students.add_parents(kept, year, seed, groups, names)
    consents.add(kept, year, seed, groups, guardians, frozenset({student, parent}), employees.zavuch)
    logins, account_ids = accounts.add(kept, employees, student, parent)
    compromises.add(kept, year, employees, account_ids)
    board.add(kept, year, seed, groups, employees, guardians, frozenset({student, parent}))
    courses = journals.add(kept, year, year_id, groups, wants, employees)
    individual.add(kept, year, groups, courses)
    life.add(year, seed, groups)
    kept.flush()
    stream = _stream(kept, year_id, courses)
    journal = Journal(kept, year, seed)
    for semester in year.running:
        _teach(kept, year, seed, semester, groups, courses, employees, journal, stream)
        if period_marks.is_over(year, semester):
            period_marks.add(kept, year, seed, semester, period_ids, courses, journal.marks)
        else:
            debts.add(kept, year, semester, period_ids, courses, student, employees.teacher.id)
        journal.marks.clear()
        kept.flush()
    diary.add(kept, year, groups, student, guardians)
    _wait_for_answers(kept, year, courses, employees, (student, parent), journal)
    sign_ins.add(kept, year, seed, groups, guardians)
    news.add(kept, year, employees, student, guardians)
    both_ways.add(kept, year, student, employees.teacher.id)
    messages.add(kept, year)
    kept.flush()
    kept.counts["user_session"] = past_sessions.add(year, seed)
    _log(kept, journal)
    _replace(kept, year, employees)
    return DemoSummary(kept.counts, logins)


def _open(kept: Rows, year: Year) -> tuple[int, dict[tuple[int, int], int]]:
    """The college itself, its calendar and bells."""
    for key, value in COLLEGE.items():
        kept.add(Setting, key=key, value=value)
    year_id, period_ids = calendar.add(kept, year)
    calendar.add_bells(kept, year)
    return year_id, period_ids


def _wait_for_answers(
    kept: Rows, year: Year, courses: list[Course], employees: staff.Staff, family: tuple[int, int], journal: Journal
) -> None:
    absences.add(kept, year, courses, employees, *family, journal)
    remarks.add(kept, year, courses, employees, journal)


def _stream(kept: Rows, year_id: int, courses: list[Course]) -> streams.Pair | None:
    """The two journals that have their lessons together, where there are such ones."""
    found = streams.find(courses)
    if found:
        streams.add(kept, year_id, found)
    return found


def _log(kept: Rows, journal: Journal) -> None:
    """What the journals' teachers did, chained as every entry is."""
    kept.stream(LogEntry, journal.entries())
    log_chain.link_unlinked()
    kept.counts["log_link"] = kept.counts["log_entry"]


def _replace(kept: Rows, year: Year, employees: staff.Staff) -> None:
    """From here on the database gives out ids itself."""
    rows.advance_sequences()
    published = replacements.add(year, employees)
    for table in ("substitution", "log_entry", "log_link"):
        kept.counts[table] = kept.counts.get(table, 0) + published


def _teach(
    kept: Rows,
    year: Year,
    seed: int,
    semester: int,
    groups: list[Group],
    courses: list[Course],
    employees: staff.Staff,
    journal: Journal,
    stream: streams.Pair | None,
) -> None:
    week = timetable.Timetable(year, semester, seed, employees)
    week.fill(groups, courses)
    if stream:
        streams.bring_together(week, stream)
    timetable.add(kept, year, semester, week.slots)
    session.add(kept, year, semester, week.slots)
    held = lessons.plan(year, semester, seed, week.slots, [employees.teacher, employees.curator])
    for start in range(0, len(held), AT_ONCE):
        journal.keep(held[start : start + AT_ONCE])
        kept.flush()
