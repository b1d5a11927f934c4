"""The journals a list speaks of: years, disciplines and teachers found by the names in it."""

import re
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from ejournal.domain import calendar
from ejournal.domain.bells import MOST_PAIRS, PAIRS
from ejournal.domain.names import fold
from ejournal.exchange.changes import Draft
from ejournal.exchange.forms.records import EntryRecord
from ejournal.exchange.store import short_names
from ejournal.exchange.store.groups import year_of
from ejournal.exchange.store.people import RowRefusedError
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    CurriculumHours,
    Discipline,
    DisciplineKind,
    Group,
    Person,
    Programme,
    Role,
    RoleGrant,
)
from ejournal.services import plan_hours


class Disciplines:
    """Rows of all curricula that have a journal, by title, index or a short name as people write them.

    `year_starts` tells apart disciplines of one title in a plan: the one with hours in the group's own semesters.
    """

    def __init__(self, year_starts: int | None = None) -> None:
        self.year_starts = year_starts
        self.by_title: dict[str, list[Discipline]] = {}
        self.rows = db.session.scalars(select(Discipline).where(Discipline.kind != DisciplineKind.PM.value)).all()
        self.semesters: dict[int, set[int]] = {}
        for discipline_id, semester in db.session.execute(
            select(CurriculumHours.discipline_id, CurriculumHours.semester)
        ):
            self.semesters.setdefault(discipline_id, set()).add(semester)
        for row in self.rows:
            for words in (row.title, row.index, row.label):
                self.by_title.setdefault(_key(words), []).append(row)
        self.codes = {row.id: row.code for row in db.session.scalars(select(Programme))}

    def find(self, title: str, group: Group | None, code: str = "") -> Discipline:
        """The discipline of the group's programme, or of the one with this code; else the only one of that title."""
        found = self._of_programme(self.by_title.get(_key(title), []), group, code)
        if not found and short_names.is_short(title):
            named = self._of_programme(self.rows, group, code)
            found = [row for row in named if short_names.matches(title, row.title)]
        if group and self.year_starts and len({row.id for row in found}) > 1:
            first = plan_hours.first_semester(group, self.year_starts)
            found = [row for row in found if self.semesters.get(row.id, set()) & {first, first + 1}] or found
        if not found:
            raise RowRefusedError("discipline", f"дисциплины «{title}» нет в учебных планах. Загрузите учебный план")
        if len({row.id for row in found}) > 1:
            codes = ", ".join(sorted({self.codes[row.programme_id] for row in found}))
            raise RowRefusedError(
                "discipline",
                f"дисциплина «{title}» есть в нескольких планах ({codes}): укажите специальность группы"
                if len({row.programme_id for row in found}) > 1
                else f"дисциплин «{title}» в плане несколько: напишите её с индексом",
            )
        return found[0]

    def knows(self, title: str, group: Group) -> bool:
        """Whether the group's plan has a discipline of exactly this title, index or label."""
        return bool(self._of_programme(self.by_title.get(_key(title), []), group, ""))

    def _of_programme(self, rows: Sequence[Discipline], group: Group | None, code: str) -> list[Discipline]:
        if group and group.programme_id:
            return [row for row in rows if row.programme_id == group.programme_id]
        if code in self.codes.values():
            return [row for row in rows if self.codes[row.programme_id] == code]
        return list(rows)


class Teachers:
    """Staff by surname and initials, the way timetables name them."""

    def __init__(self) -> None:
        self.by_short: dict[str, list[Person]] = {}
        people = db.session.scalars(
            select(Person).where(Person.id.in_(select(RoleGrant.person_id).where(RoleGrant.role == Role.TEACHER)))
        )
        for person in people:
            for words in {person.short_name, person.full_name, f"{person.surname} {person.name[:1]}."}:
                self.by_short.setdefault(_key(words), []).append(person)

    def find(self, words: str) -> Person:
        found = self.by_short.get(_key(words), [])
        if not found:
            raise RowRefusedError("teacher", f"преподавателя «{words}» нет. Загрузите сначала список преподавателей")
        if len(found) > 1:
            names = ", ".join(person.full_name for person in found)
            raise RowRefusedError("teacher", f"«{words}» может быть не один ({names}): напишите полностью")
        return found[0]


def academic_year(day: date, draft: Draft) -> AcademicYear:
    """The academic year of a day; a college that has not set it up yet gets the usual one as a step."""
    year = year_of(day)
    if year is None:
        start = calendar.academic_year(day)
        starts, ends = calendar.year_bounds(start)
        year = AcademicYear(title=calendar.year_title(start), starts=starts, ends=ends)
        new = year
        draft.step(f"Новый учебный год {year.title}", lambda: db.session.add(new))
    return year


def check_place(record: EntryRecord) -> None:
    """Neither bells nor the timetable's page know another pair, or a lesson of every Sunday."""
    if record.pair not in PAIRS:
        raise RowRefusedError("lesson", f"{record.pair} пары не бывает: в дне пары с 1 по {MOST_PAIRS}")
    if record.weekday not in range(1, 7) and record.day is None:
        raise RowRefusedError("lesson", "по воскресеньям занятий не бывает: проверьте день недели")


def _key(words: str) -> str:
    return re.sub(r"[\W_]+", "", fold(words))
