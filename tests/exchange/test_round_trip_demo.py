"""Every list of a living college, the demo one, comes back in unchanged (R4.2.b)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from ejournal import demo
from ejournal.exchange import exporter, importer
from ejournal.extensions import db
from ejournal.models import Course, Lesson, LessonState, Programme, ThematicPlan
from ejournal.services import substitutions
from ejournal.services.substitutions import Typed
from tests.exchange.conftest import TODAY

LISTS = ("students", "teachers", "parents", "bells", "timetable", "substitutions")


@pytest.fixture
def living(app: Flask) -> Iterator[Flask]:
    with time_machine.travel(TODAY, tick=False), app.app_context():
        demo.fill(students=60)
        _publish_replacements()
        yield app
        db.session.remove()


def _publish_replacements() -> None:
    lessons = db.session.scalars(
        select(Lesson)
        .where(Lesson.date > date(2026, 11, 24), Lesson.state == LessonState.PLANNED)
        .order_by(Lesson.date, Lesson.pair, Lesson.id)
        .limit(2)
    ).all()
    for lesson in lessons:
        substitutions.publish(None, lesson.id, Typed("cancelled", reason="Совещание", sure=True))


def test_r4_2_b_every_list_of_a_living_college_comes_back_unchanged(living: Flask, tmp_path: Path) -> None:
    """All kinds in one test: making the college is what costs."""
    changed = {kind: back(kind, exporter.Options()) for kind in LISTS}
    for code in db.session.scalars(select(Programme.code)).all():
        changed[f"curriculum {code}"] = back("curriculum", exporter.Options(programme=code))
    for plan_id in db.session.scalars(select(ThematicPlan.id).order_by(ThematicPlan.id)).all()[::9]:
        changed[f"thematic-plan {plan_id}"] = back("thematic-plan", exporter.Options(plan_id=plan_id))
    held = select(Lesson.course_id).where(Lesson.state == LessonState.HELD)
    with_halves = select(Course.id).where(Course.id.in_(held)).order_by(Course.subgroup_id.is_(None), Course.id)
    for course_id in db.session.scalars(with_halves).all()[::12]:
        changed[f"marks {course_id}"] = back("marks", exporter.Options(course_id=course_id))
    assert {name: what for name, what in changed.items() if what} == {}


def back(kind: str, options: exporter.Options) -> list[str]:
    """What importing an exported list would change or refuse; nothing where it comes back as it was."""
    plan = importer.plan(kind, exporter.export(None, kind, options), f"{kind}.xlsx")
    assert plan.errors or plan.unchanged > 0
    return [error.message for error in plan.errors] + [c.title for c in plan.changes if c.outcome != "unchanged"]
