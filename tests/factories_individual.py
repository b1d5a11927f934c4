"""Builders of individual plans and curricula."""

from datetime import date

from ejournal.extensions import db
from ejournal.models import CurriculumHours, Discipline, IndividualPlan, IndividualRow


def make_plan(student_id: int, since: date, until: date | None = None, **row: object) -> IndividualPlan:
    """A plan with one row."""
    plan = IndividualPlan(
        student_id=student_id, order_number="12-у", order_date=since, since=since, until=until,
        rows=[IndividualRow(**row)],
    )  # fmt: skip
    db.session.add(plan)
    db.session.commit()
    return plan


def make_discipline(
    programme_id: int, index: str, kind: str, hours: dict[int, tuple[int, str | None]], **rest: object
) -> Discipline:
    """A row of a curriculum; `hours` and control by semester."""
    admission = rest.pop("admission_year", 0)
    row = Discipline(programme_id=programme_id, index=index, title=f"Дисциплина {index}", kind=kind, **rest)
    db.session.add(row)
    db.session.flush()
    for semester, (amount, control) in hours.items():
        db.session.add(
            CurriculumHours(
                discipline_id=row.id, semester=semester, hours=amount, control=control, admission_year=admission
            )
        )
    db.session.commit()
    return row
