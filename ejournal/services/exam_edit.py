"""An exam or credit put into the session, changed, taken away (п. 4.2)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from ejournal.access import Viewer
from ejournal.domain import bells, session_plan
from ejournal.domain.calendar import read_day
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Exam, Group, Person
from ejournal.services import exam_clashes, exam_plan, exams, log, people, periods
from ejournal.services.errors import Current, FieldsError, NotFoundError, StaleError

LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Typed:
    """A sitting as the form gives it: texts as they were typed, so that nothing typed is lost."""

    course_id: int | None = None
    kind: str = ""
    date: str = ""
    starts: str = ""
    ends: str = ""
    room: str = ""
    teacher_id: int | None = None
    consultation_date: str = ""
    consultation_starts: str = ""
    consultation_room: str = ""
    note: str = ""
    sure: bool = False


def typed_of(row: Exam) -> Typed:
    """A stored sitting as its form shows it."""

    def at(moment: time | None) -> str:
        return f"{moment:%H:%M}" if moment else ""

    def on(day: date | None) -> str:
        return day.isoformat() if day else ""

    return Typed(
        row.course_id, row.kind, on(row.date), at(row.starts), at(row.ends), row.room, row.teacher_id,
        on(row.consultation_date), at(row.consultation_starts), row.consultation_room, row.note,
    )  # fmt: skip


def find(group: Group, exam_id: int) -> Exam:
    """Raises NotFoundError."""
    row = db.session.get(Exam, exam_id)
    if row is None or row.course.group_id != group.id:
        raise NotFoundError
    return row


def put(actor: Viewer, year: AcademicYear, group: Group, typed: Typed) -> Exam:
    """Raises ClosedError, FieldsError (clashes under `sure`)."""
    periods.check_open(year)
    row = Exam(version=1)
    course = _fill(row, year, group, typed)
    db.session.add(row)
    _check_clashes(row, year, group, typed.sure)
    log.record(actor, "exam", "create", after=words(row), course_id=course.id)
    db.session.commit()
    return row


def change(actor: Viewer, year: AcademicYear, group: Group, exam_id: int, version: int, typed: Typed) -> Exam:
    """Raises NotFoundError, ClosedError, StaleError, FieldsError."""
    row = _seen(year, group, exam_id, version)
    before = words(row)
    course = _fill(row, year, group, typed)
    _check_clashes(row, year, group, typed.sure)
    row.version += 1
    log.record(actor, "exam", "update", before=before, after=words(row), course_id=course.id)
    db.session.commit()
    return row


def remove(actor: Viewer, year: AcademicYear, group: Group, exam_id: int, version: int) -> None:
    row = _seen(year, group, exam_id, version)
    log.record(actor, "exam", "delete", before=words(row), course_id=row.course_id)
    db.session.delete(row)
    db.session.commit()


def put_all(actor: Viewer, year: AcademicYear, group: Group, semester: int) -> int:
    """Everything offered that has a journal and a day, as suggested. Returns how many were put."""
    periods.check_open(year)
    session = exam_plan.load(year, group, semester)
    able = [offer for offer in session.offers if offer.course_id and offer.date]
    rows = [
        Exam(course_id=offer.course_id, kind=offer.kind, date=offer.date, starts=offer.starts, version=1)
        for offer in able
    ]
    db.session.add_all(rows)
    db.session.flush()
    if rows:
        entries = [{"after": words(row), "course_id": row.course_id} for row in rows]
        log.record_many(actor, "exam", "create", entries)
    db.session.commit()
    return len(rows)


def words(row: Exam) -> str:
    """What the log says: «экзамен 14.01.2027 в 09:00, ауд. 217; консультация 13.01.2027»."""
    at = f" в {row.starts:%H:%M}" if row.starts else ""
    room = f", ауд. {row.room}" if row.room else ""
    consultation = f"; консультация {row.consultation_date:%d.%m.%Y}" if row.consultation_date else ""
    return f"{session_plan.title(row.kind)} {row.date:%d.%m.%Y}{at}{room}{consultation}"


def _seen(year: AcademicYear, group: Group, exam_id: int, version: int) -> Exam:
    """The sitting, locked, if it still is as it was seen."""
    periods.check_open(year)
    row = db.session.get(Exam, exam_id, with_for_update=True, populate_existing=True)
    if row is None or row.course.group_id != group.id:
        raise NotFoundError
    if row.version != version:
        message = f"Пока вы правили, запись изменили: теперь там {words(row)}. Проверьте и сохраните ещё раз."
        raise StaleError(message, Current(words(row), row.version, "", ""))
    return row


def _fill(row: Exam, year: AcademicYear, group: Group, typed: Typed) -> Course:
    errors: dict[str, str] = {}
    course = db.session.get(Course, typed.course_id) if typed.course_id else None
    if course is None or course.group_id != group.id or course.year_id != year.id:
        errors["course_id"] = "Выберите журнал этой группы."
    if typed.kind not in session_plan.CONTROLS:
        errors["kind"] = "Выберите форму контроля."
    when = _moments(typed, errors)
    if "date" not in errors and not year.starts <= when["date"] <= year.ends:
        errors["date"] = f"Вне учебного года: с {year.starts:%d.%m.%Y} по {year.ends:%d.%m.%Y}."
    teacher = db.session.get(Person, typed.teacher_id) if typed.teacher_id else None
    if typed.teacher_id and (
        teacher is None or ("date" not in errors and teacher not in people.teachers(when["date"]))
    ):
        errors["teacher_id"] = "Выберите преподавателя из списка."
    if errors:
        raise FieldsError(errors)
    assert course is not None
    row.course, row.course_id, row.kind, row.teacher = course, course.id, typed.kind, teacher
    row.teacher_id = teacher.id if teacher else None
    for name, value in when.items():
        setattr(row, name, value)
    row.room, row.consultation_room = _room(typed.room), _room(typed.consultation_room)
    row.note = " ".join(typed.note.split())[:LONGEST_NOTE]
    return course


def _moments(typed: Typed, errors: dict[str, str]) -> dict[str, Any]:
    """The days and times by the model's names; what cannot be read is told beside its field."""
    found: dict[str, Any] = {}
    for name in ("date", "consultation_date"):
        found[name] = _read(read_day, getattr(typed, name), name, "Укажите день.", errors)
    for name in ("starts", "ends", "consultation_starts"):
        found[name] = _read(bells.clock, getattr(typed, name), name, "Время — как 09:00.", errors)
    if found["date"] is None:
        errors.setdefault("date", "Укажите день.")
    if found["ends"] and not (found["starts"] and found["starts"] < found["ends"]):
        errors.setdefault("ends", "Окончание — позже начала.")
    if found["consultation_date"] and found["date"] and found["consultation_date"] > found["date"]:
        errors.setdefault("consultation_date", "Консультация — не позже самого экзамена.")
    if not found["consultation_date"] and (found["consultation_starts"] or typed.consultation_room.strip()):
        errors.setdefault("consultation_date", "Укажите день консультации.")
    return found


def _read(parse: Callable[[str], Any], text: str, name: str, said: str, errors: dict[str, str]) -> Any:
    if not text.strip():
        return None
    found = parse(text)
    if found is None:
        errors[name] = said
    return found


def _check_clashes(row: Exam, year: AcademicYear, group: Group, sure: bool) -> None:
    """Clashes are told once, then believed. Raises FieldsError."""
    db.session.flush()
    if sure:
        return
    said = exam_clashes.of(group, year, exams.load(Exam.id == row.id))[row.id]
    if said:
        raise FieldsError({"sure": " ".join(said)})


def _room(text: str) -> str:
    return " ".join(text.split())[:32]
