"""News of homework and of replacements: told once to everybody they concern (п. 4.2, 4.4)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, String, cast, exists, literal, or_, select
from sqlalchemy.orm import joinedload

from ejournal import access
from ejournal.domain import calendar
from ejournal.extensions import db
from ejournal.models import Course, Homework, Lesson, Notice, Substitution
from ejournal.services import conflicts, mail, notices, roster, settings
from ejournal.services import substitutions as replacing
from ejournal.services.notices import News

RECENT = timedelta(days=31)
LONGEST = 300
WITHDRAWN = "off"


def homework(since: datetime, until: datetime) -> int:
    """Tell of homework that was published between two moments and still stands. Current transaction."""
    rows = db.session.execute(
        select(Homework, Lesson)
        .join(Lesson, Lesson.id == Homework.lesson_id)
        .options(joinedload(Lesson.course).options(joinedload(Course.year), joinedload(Course.discipline)))
        .where(Homework.published_at > since, Homework.published_at <= until, Lesson.date >= settings.today() - RECENT)
        .where(~_told_without_moment())
        .order_by(Homework.id)
    )
    told = 0
    for given, lesson in rows.all():
        students = [one.id for one in roster.students_of(lesson.course) if one.was_there(lesson.date)]
        text = f"{lesson.course.discipline.title}{_due(given.due_date)}: {_short(given.text) or 'файл'}"
        pages = partial(_homework_page, given.id)
        family = _for_family(students, f"homework:{given.id}", text, pages, _stamp(given.published_at))
        told += notices.tell("homework", family)
    return told


def substitutions() -> int:
    """Tell of what is otherwise today and tomorrow, and of what is not otherwise after all. Current transaction."""
    today = settings.today()
    days = (today, today + timedelta(days=1))
    rows = db.session.scalars(
        select(Substitution)
        .where(or_(Substitution.date.in_(days), Substitution.to_date.in_(days)))
        .options(
            joinedload(Substitution.course).options(joinedload(Course.year), joinedload(Course.discipline)),
            joinedload(Substitution.instead_course),
        )
        .order_by(Substitution.id)
    )
    found = rows.all()
    known = _values([f"substitution:{made.id}" for made in found])
    told = 0
    for made in found:
        before = known.get(f"substitution:{made.id}")
        if made.withdrawn_at is None and before is None:
            told += _made(made)
        elif made.withdrawn_at and before == "":
            told += _withdrawn(made)
    return told


def gone(told: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of «homework:…» and «substitution:…» with what was told: those that are no more so, or over."""
    found: dict[str, dict[tuple[str, str], int]] = {"homework": {}, "substitution": {}}
    for key, value in told:
        kind, _, rest = key.partition(":")
        if kind in found:
            found[kind][key, value] = int(rest)
    given = select(Homework.id, Homework.published_at).where(Homework.id.in_(found["homework"].values()))
    alive = {row.id: _stamp(row.published_at) for row in db.session.execute(given)}
    late = db.session.scalars(
        select(Substitution.id).where(
            Substitution.id.in_(found["substitution"].values()),
            Substitution.date < settings.today(),
            or_(Substitution.to_date.is_(None), Substitution.to_date < settings.today()),
        )
    ).all()
    return {told for told, id_ in found["homework"].items() if id_ not in alive or told[1] not in ("", alive[id_])} | {
        told for told, id_ in found["substitution"].items() if id_ in late
    }


def _stamp(published_at: datetime) -> str:
    """Which homework of this id was told: SQLite gives the id of one that was withdrawn to the next one."""
    return f"{published_at.timestamp():.0f}"


def _told_without_moment() -> ColumnElement[bool]:
    """The condition that the query's Homework was told before notices said which: it is not told once more."""
    key = literal("homework:") + cast(Homework.id, String)
    return exists().where(Notice.key == key, Notice.value == "", Notice.ready_at >= Homework.published_at)


def _values(keys: Sequence[str]) -> dict[str, str]:
    """What was told under these keys: «» or WITHDRAWN. One query a look, whatever was replaced."""
    rows = db.session.execute(select(Notice.key, Notice.value).where(Notice.key.in_(keys)).distinct())
    return {row.key: row.value for row in rows.all()}


def _made(made: Substitution) -> int:
    key = f"substitution:{made.id}"
    text = f"{_where(made)}: {replacing.words(made)}"
    courses = [made.course] + ([made.instead_course] if made.instead_course else [])
    students = {one.id for course in courses for one in roster.students_of(course) if one.was_there(made.date)}
    day = made.date if made.date >= settings.today() else made.to_date or made.date
    family = _for_family(sorted(students), key, text, lambda student_id: notices.day_page(student_id, day))
    told = notices.tell("substitution", family)
    page = mail.path_of("timetable.index")
    staff = [News(id_, key, text, page) for id_ in sorted(_teachers(made))]
    return told + notices.tell("substitution", staff)


def _withdrawn(made: Substitution) -> int:
    """Only those hear of it who were told of the replacement."""
    key = f"substitution:{made.id}"
    told = db.session.execute(select(Notice.person_id, Notice.student_id, Notice.url).where(Notice.key == key))
    text = f"{_where(made)}: замена отменена, занятие по расписанию"
    return notices.tell(
        "substitution", [News(row.person_id, key, text, row.url, row.student_id, WITHDRAWN) for row in told.all()]
    )


def _teachers(made: Substitution) -> set[int]:
    """Whose lesson it was, who gives it, and whose discipline stands there instead."""
    ids = [made.course_id] + ([made.instead_course_id] if made.instead_course_id else [])
    named = {id_ for own in conflicts.teachers_of(ids, made.date).values() for id_ in own}
    return named | ({made.teacher_id} if made.teacher_id else set())


def _for_family(
    students: Sequence[int], key: str, text: str, page: Callable[[int], str], value: str = ""
) -> list[News]:
    """One notice a reader, also where two children of one parent sit in the group."""
    found: dict[int, News] = {}
    for reader, student in access.readers_of(students, settings.today()):
        found.setdefault(reader, News(reader, key, text, page(student), student, value))
    return list(found.values())


def _homework_page(homework_id: int, student_id: int) -> str:
    return f"{mail.path_of('diary.homework', student_id=student_id)}#task-{homework_id}"


def _where(made: Substitution) -> str:
    return f"{calendar.format_weekday(made.date)}, {made.pair} пара, {made.course.discipline.title}"


def _due(day: date | None) -> str:
    return f", к {calendar.format_short(day)}" if day else ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"
