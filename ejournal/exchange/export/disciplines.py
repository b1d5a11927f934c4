"""A discipline as a list names it so that it is read back as the same, with its index if need be."""

from sqlalchemy import func, select

from ejournal.extensions import db
from ejournal.models import Discipline, DisciplineKind


def repeated_titles() -> set[tuple[int, str]]:
    """Programme and title of disciplines that a title alone does not tell apart."""
    rows = db.session.execute(
        select(Discipline.programme_id, Discipline.title)
        .where(Discipline.kind != DisciplineKind.PM)
        .group_by(Discipline.programme_id, Discipline.title)
        .having(func.count() > 1)
    )
    return {(row[0], row[1]) for row in rows}


def discipline_words(discipline: Discipline, repeated: set[tuple[int, str]]) -> str:
    return discipline.label if (discipline.programme_id, discipline.title) in repeated else discipline.title
