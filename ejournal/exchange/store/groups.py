"""Groups that lists name: found under any spelling, or created where that was asked for."""

import re
from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from ejournal.domain import calendar
from ejournal.exchange.changes import Draft
from ejournal.exchange.values import LONGEST_GROUP
from ejournal.extensions import db
from ejournal.models import AcademicYear, Group

LONGEST_STUDY = 5
CHECK_NEW = "Курс и год поступления новых групп угаданы по их названиям: проверьте их."


class Groups:
    """`titles`: every group the list names by its key, so that their numbering is judged together."""

    def __init__(self, draft: Draft, year_starts: int, titles: dict[str, str]) -> None:
        self.draft = draft
        self.known = {group.gkey: group for group in db.session.scalars(select(Group))}
        self.year_starts = year_starts
        self.admission = admission_years((key for key in titles if key not in self.known), year_starts)

    def get(self, key: str, title: str) -> Group | None:
        """The group, created if need be and allowed; None where it is unknown."""
        group = self.known.get(key)
        if group is None and self.draft.options.create_groups and len(title) <= LONGEST_GROUP:
            group = self.known[key] = self._create(key, title)
        return group

    def refusal(self, title: str) -> str:
        if len(title) > LONGEST_GROUP:
            return f"слишком длинное название группы, не больше {LONGEST_GROUP} знаков: «{title}»"
        advice = "Проверьте название или отметьте «Создать группы и специальности, которых ещё нет» (--create-groups)"
        return f"группы «{title}» нет. {advice}"

    def _create(self, key: str, title: str) -> Group:
        group = Group(title=title, gkey=key, admission_year=self.admission.get(key, self.year_starts))
        course = group.course_number(self.year_starts)
        if CHECK_NEW not in self.draft.notes:
            self.draft.notes.append(CHECK_NEW)
        self.draft.step(
            f"Новая группа {title}: {course} курс, год поступления {group.admission_year}",
            lambda: db.session.add(group),
        )
        return group


def id_of(group: Group) -> int:
    """A group that this import makes has no id yet."""
    return group.id if group.id is not None else -id(group)


def admission_years(keys: Iterable[str], year_starts: int) -> dict[str, int]:
    """Years of admission read from groups' names; the reader of the preview is asked to check them.

    Colleges number groups by the year («БУ1-25» came in 2025) or by course and place («ИС-21» is the first
    group of the second course). It is the year only if that fits every group of the list.
    """
    numbers = {key: found for key in keys if (found := re.findall(r"\d+", key))}
    plausible = range(year_starts - LONGEST_STUDY + 1, year_starts + 1)
    # The last such number: «Ю1-25(2)» is the second group of lawyers of 2025.
    by_year = {
        key: years[-1]
        for key, found in numbers.items()
        if (years := [2000 + int(number) for number in found if len(number) == 2 and 2000 + int(number) in plausible])
    }
    if numbers and len(by_year) == len(numbers):
        return by_year
    # A code of four digits («0907-21») tells no course.
    first_digits = {key: int(found[0][0]) for key, found in numbers.items() if len(found[0]) < 4}
    return {key: year_starts - course + 1 for key, course in first_digits.items() if 1 <= course <= LONGEST_STUDY}


def year_of(day: date) -> AcademicYear | None:
    """The academic year in which a day lies, where it is set up."""
    return db.session.scalar(select(AcademicYear).where(AcademicYear.starts <= day, AcademicYear.ends >= day))


def year_start(today: date, named: int | None = None) -> date:
    """The first day of the academic year a list is for: the one it names, else the current one."""
    starts_in = named or calendar.academic_year(today)
    year = db.session.scalar(
        select(AcademicYear).where(
            AcademicYear.starts >= date(starts_in, 7, 1), AcademicYear.starts < date(starts_in + 1, 2, 1)
        )
    )
    return year.starts if year else calendar.year_bounds(starts_in)[0]
