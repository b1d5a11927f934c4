"""What the logins «student» and «parent» find new, and a letter of their curator to parents (п. 4.3, 4.6)."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from ejournal.demo.calendar import Year
from ejournal.demo.rows import Rows
from ejournal.demo.staff import Staff
from ejournal.domain import calendar
from ejournal.domain.notation import ATTENDANCE
from ejournal.extensions import db
from ejournal.models import (
    BouncedAddress,
    Bulletin,
    Cell,
    Course,
    Curatorship,
    Discipline,
    Enrollment,
    Guardianship,
    Homework,
    Lesson,
    Letter,
    Notice,
    Person,
    Work,
)

SINCE = timedelta(days=7)
MOST = 6
UNREAD = timedelta(days=2)
LETTER = (
    "Родительское собрание в среду",
    "Здравствуйте! Приглашаю на собрание группы: итоги двух месяцев, пропуски, практика.\n\nАудитория 217, 18:00.",
)
REFUSAL = "получатель: 550 5.1.1 нет такого ящика"


def add(rows: Rows, year: Year, staff: Staff, student: int, guardians: list[tuple[int, int]]) -> None:
    """Keep rows; cells and homework must be written already."""
    mother = next(parent for parent, child in guardians if child == student)
    for child in sorted({student, *(child for parent, child in guardians if parent == mother)}):
        readers = [mother, student] if child == student else [mother]
        for kind, key, text, at in _news(year, child):
            for reader in readers:
                rows.add(
                    Notice, person_id=reader, student_id=child, kind=kind, key=key, text=text, url=f"/diary/{child}",
                    ready_at=at, seen_at=at + timedelta(hours=3) if at < year.now - UNREAD else None,
                )  # fmt: skip
    _bulletin(rows, year, staff)


def _news(year: Year, child: int) -> list[tuple[str, str, str, datetime]]:
    """Marks and absences of the last days, and homework of the child's group, as the post would have told them."""
    found = []
    cells = (
        select(
            Cell.attendance, Cell.mark, Cell.updated_at, Work.id, Lesson.id.label("lesson"), Lesson.date, Lesson.pair
        )
        .add_columns(Discipline.title)
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .where(Cell.student_id == child, Cell.updated_at > year.now - SINCE)
        .order_by(Cell.updated_at.desc(), Cell.id)
    )
    for row in db.session.execute(cells).all()[:MOST]:
        about = f"{row.title}, {calendar.format_short(row.date)}"
        if row.mark:
            found.append(("mark", f"mark:{row.id}:{child}", f"{about}: {row.mark}", row.updated_at))
        if row.attendance:
            text = f"{about}, {row.pair} пара: {ATTENDANCE[row.attendance]}"
            found.append(("absence", f"attendance:{row.lesson}:{child}", text, row.updated_at))
    homework = (
        select(Homework.id, Homework.text, Homework.published_at, Discipline.title)
        .join(Lesson, Lesson.id == Homework.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .join(Enrollment, Enrollment.group_id == Course.group_id)
        .where(Enrollment.student_id == child, Enrollment.until.is_(None), Course.subgroup_id.is_(None))
        .where(Homework.published_at > year.now - SINCE, Homework.text != "")
        .order_by(Homework.published_at.desc(), Homework.id)
    )
    for row in db.session.execute(homework).all()[:3]:
        found.append(("homework", f"homework:{row.id}:{child}", f"{row.title}: {row.text}", row.published_at))
    return sorted(found, key=lambda one: (one[3], one[1]))


def _bulletin(rows: Rows, year: Year, staff: Staff) -> None:
    """Sent three weeks ago; one address does not work. None before the group has been led so long."""
    at = year.now - timedelta(days=21)
    group = db.session.scalar(
        select(Curatorship.group_id).where(Curatorship.person_id == staff.curator.id).order_by(Curatorship.id).limit(1)
    )
    if group is None or at.date() < date(year.start, 9, 1):
        return
    subject, text = LETTER
    made = rows.add(Bulletin, group_id=group, author_id=staff.curator.id, subject=subject, text=text, created_at=at)
    parents = (
        select(Person.id, Person.email)
        .join(Guardianship, Guardianship.parent_id == Person.id)
        .join(Enrollment, Enrollment.student_id == Guardianship.student_id)
        .where(Enrollment.group_id == group, Enrollment.until.is_(None), Person.email.is_not(None))
        .distinct()
        .order_by(Person.id)
    )
    for number, (person, address) in enumerate(db.session.execute(parents).all()):
        refused = number == 3
        if refused:
            rows.add(BouncedAddress, address=address, error=REFUSAL, at=at)
        rows.add(
            Letter, key=f"bulletin:{made}:{person}", kind="bulletin", person_id=person, bulletin_id=made,
            address=address, subject=subject, message_id=f"<{made}.{person}@college.example>",
            state="bounced" if refused else "sent", created_at=at, not_before=at, tries=int(refused), claim="demo",
            taken_at=at, sent_at=None if refused else at + timedelta(minutes=1), error=REFUSAL if refused else "",
        )  # fmt: skip
