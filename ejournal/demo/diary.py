"""What a visitor finds in the diary: a last visit two days ago, and homework of which a part is ticked as done."""

from datetime import timedelta

from sqlalchemy import select

from ejournal.demo.accounts import FAMILY
from ejournal.demo.calendar import Year
from ejournal.demo.rows import Rows
from ejournal.demo.world import Group
from ejournal.extensions import db
from ejournal.models import Account, Course, DiaryVisit, Homework, HomeworkTick, Lesson

AWAY = timedelta(days=2, hours=3)


def add(rows: Rows, year: Year, groups: list[Group], student: int, guardians: list[tuple[int, int]]) -> None:
    """Keep rows; homework must be written already."""
    people = db.session.execute(select(Account.id, Account.person_id).where(Account.username.in_(FAMILY)))
    for account, person in people:
        read = [student] if person == student else [child for parent, child in guardians if parent == person]
        for child in read:
            rows.add(DiaryVisit, account_id=account, student_id=child, seen_at=year.now - AWAY)
    for homework in _coming(year, groups, student)[::2]:
        rows.add(HomeworkTick, homework_id=homework, student_id=student)


def _coming(year: Year, groups: list[Group], student: int) -> list[int]:
    """Homework of the student's group for the coming days."""
    own = [group.id for group in groups for member in group.members if member.student.id == student]
    return list(
        db.session.scalars(
            select(Homework.id)
            .join(Lesson, Lesson.id == Homework.lesson_id)
            .join(Course, Course.id == Lesson.course_id)
            .where(Course.group_id.in_(own), Homework.due_date > year.today)
            .order_by(Homework.due_date, Homework.id)
        )
    )
