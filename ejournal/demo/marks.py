"""What a teacher writes into a lesson's cells, and when: attendance, marks, make-ups, corrections (п. 4.4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ejournal.demo.calendar import Year
from ejournal.demo.world import Lesson, Student, dice

AWAY = {"н", "п", "б"}
SECONDS_A_CELL = 3  # a teacher goes down the column
# Short name of a kind of work: share of those present who are marked, shift of the mark, days it takes to check.
HABITS = {
    "Отв": (0.28, 0.15, (0,)),
    "ПР": (0.93, 0.3, (0, 0, 1, 1, 2, 3)),
    "ЛР": (0.93, 0.3, (0, 0, 1, 2, 3)),
    "СР": (0.95, -0.1, (0, 1, 1, 2)),
    "КР": (0.97, -0.25, (1, 2, 3, 4)),
    "Т": (0.97, -0.05, (0, 0, 1)),
    "ДР": (0.75, 0.1, (0, 1)),
    "ЗР": (0.9, 0.25, (0,)),
}
MADE_UP = {"ПР", "ЛР", "КР", "ЗР"}
LONG_CHECK = (6, 12)  # days, for works with a longer checking term of their own
CORRECTED_SHARE = 0.008
WHY_CORRECTED = (
    "Ошибка при вводе",
    "Пересчитаны баллы за работу",
    "Дополнительный ответ на занятии",
    "Обращение обучающегося рассмотрено (п. 4.5)",
)
RETAKEN = "Пересдача"
MADE_UP_REASON = "Отработка пропущенного занятия"


@dataclass(slots=True)
class Work:
    """A column: `kind` is the short name of the kind of work."""

    kind: str
    title: str
    due: date | None


@dataclass(slots=True)
class Event:
    """Something written into a cell: an attendance code or a mark, None where that part is left."""

    at: datetime
    work: int
    student_id: int
    attendance: str | None
    mark: str | None
    reason: str = ""


class Filling:
    """One lesson being filled in by its teacher."""

    def __init__(self, year: Year, seed: int, lesson: Lesson) -> None:
        self.lesson, self._year = lesson, year
        self._chance = dice(seed, "marks", lesson.course.id, lesson.date, lesson.pair)
        self.works = self._works()
        self.attendance_at = self._attendance_at()

    def events(self) -> list[Event]:
        """What has been written by now, in order."""
        present: list[Student] = []
        away: list[Student] = []
        found: list[Event] = []
        for place, student in enumerate(self._students()):
            code = self._attend(student, place, found)
            (away if code in AWAY else present).append(student)
        for number, work in enumerate(self.works):
            if not self.lesson.unmarked or work.kind == "Отв":
                self._mark(number, work, present, away, found)
        found = [event for event in found if event.at <= self._year.now]
        found.sort(key=lambda event: event.at)
        return found

    def _works(self) -> list[Work]:
        topic, chance = self.lesson.topic, self._chance
        kind = topic.work if topic else "Отв"
        area = self.lesson.course.subject.area
        first = Work(kind, topic.work_title if topic else "", self._due(kind))
        if self.lesson.ends > self._year.now or self.lesson.cancelled:
            return [first]
        if kind == "КР" and area == "rus":
            return [Work(kind, "Диктант", first.due), Work(kind, "Грамматическое задание", first.due)]
        second = chance.random()
        if kind == "Отв" and area != "pe" and second < 0.16:
            return [first, Work("Т", "Тест по теме", None) if second < 0.08 else Work("ДР", "Домашняя работа", None)]
        if kind in {"ПР", "ЛР"} and second < 0.1 and not self.lesson.course.subject.is_practice:
            return [first, Work("Отв", "Защита работы", None)]
        return [first]

    def _due(self, kind: str) -> date | None:
        """Some works are announced to be checked longer than the week of п. 4.4."""
        long = self._chance.random() < {"КР": 0.3, "ПР": 0.06}.get(kind, 0)
        return self.lesson.date + timedelta(days=14) if long else None

    def _attendance_at(self) -> datetime:
        chance, negligence = self._chance, self.lesson.course.teacher.negligence
        fate = chance.random() + negligence
        if fate < 0.9:
            return self.lesson.starts + timedelta(minutes=chance.randint(4, 16), seconds=chance.randrange(60))
        if fate < 0.96:
            return self._evening(0)
        # The term of п. 4.4 is two days.
        return self._evening(chance.randint(1, 2) if fate < 1.1 else chance.randint(3, 5))

    def _students(self) -> list[Student]:
        return [member.student for member in self.lesson.course.members(self.lesson.date)]

    def _attend(self, student: Student, place: int, found: list[Event]) -> str | None:
        """Write the attendance code, and its change when the paper comes."""
        lesson, chance = self.lesson, self._chance
        at = self.attendance_at + timedelta(seconds=SECONDS_A_CELL * place)
        absence = student.absences.get(lesson.date)
        if absence is None:
            code = self._came(student)
            if code:
                found.append(Event(at, 0, student.id, code, None))
            return code
        proved = absence.paper_on is not None and absence.paper_on <= at.date()
        found.append(Event(at, 0, student.id, absence.code if proved else "н", None))
        if absence.paper_on and not proved:
            changed_at = self._evening((absence.paper_on - lesson.date).days + chance.randint(0, 1))
            paper = "Медицинская справка" if absence.code == "б" else "Заявление и подтверждение"
            reason = f"{paper} от {absence.paper_on:%d.%m.%Y}"
            found.append(Event(max(changed_at, at), 0, student.id, absence.code, None, reason))
        return "н"

    def _came(self, student: Student) -> str | None:
        fate = self._chance.random()
        if fate < student.truancy / 2:
            return "н"
        # People are late for the first pair, seldom for the third.
        lateness = student.lateness * (2 if self.lesson.pair == 1 else 0.4)
        return "о" if fate < student.truancy / 2 + lateness else None

    def _mark(self, number: int, work: Work, present: list[Student], away: list[Student], found: list[Event]) -> None:
        chance = self._chance
        share, shift, _days = HABITS[work.kind]
        at = self._checked_at(work)
        credit = work.kind == "ЗР" and chance.random() < 0.35
        for student in present:
            if chance.random() < share:
                at += timedelta(seconds=SECONDS_A_CELL)
                mark = self._credit(student) if credit else self._points(student, shift)
                found.append(Event(at, number, student.id, None, mark))
                found.extend(self._later(number, work, student, mark, at))
        if work.kind in MADE_UP:
            for student in away:
                if chance.random() < 0.15 + 0.12 * student.ability:
                    made_up = self._evening(chance.randint(4, 15))
                    mark = self._credit(student) if credit else self._points(student, shift - 0.2)
                    found.append(Event(max(made_up, at), number, student.id, None, mark, MADE_UP_REASON))

    def _checked_at(self, work: Work) -> datetime:
        lesson, chance = self.lesson, self._chance
        if work.kind == "Отв":
            asked_at = lesson.ends - timedelta(minutes=chance.randint(2, 25))
            return max(asked_at, self.attendance_at) + timedelta(minutes=1)
        days = chance.randint(*LONG_CHECK) if work.due else chance.choice(HABITS[work.kind][2])
        if chance.random() < lesson.course.teacher.negligence:
            days += chance.randint(5, 9)
        return max(self._evening(days), self.attendance_at + timedelta(minutes=2))

    def _later(self, number: int, work: Work, student: Student, mark: str, at: datetime) -> Iterator[Event]:
        """A correction or a second try."""
        chance = self._chance
        days = (at.date() - self.lesson.date).days
        if mark == "2" and work.kind != "Отв" and chance.random() < 0.35:
            yield Event(self._evening(days + chance.randint(4, 9)), number, student.id, None, "3", RETAKEN)
        elif mark in {"3", "4"} and chance.random() < CORRECTED_SHARE:
            better = str(int(mark) + 1)
            after = self._evening(days + chance.randint(1, 4))
            yield Event(after, number, student.id, None, better, chance.choice(WHY_CORRECTED))

    def _points(self, student: Student, shift: float) -> str:
        course = self.lesson.course
        level = student.ability + student.talents[course.subject.area] + shift - course.teacher.strictness
        raw = self._chance.gauss(level, 0.6)
        if raw >= 5.6:
            return "5+" if self._chance.random() < 0.12 else "5"
        if 4.5 <= raw < 4.62:
            return "5-" if self._chance.random() < 0.4 else "5"
        return str(min(max(round(raw), 2 if raw > 0.9 else 1), 5))

    def _credit(self, student: Student) -> str:
        return "ЗЧ" if self._chance.random() < 0.4 + 0.13 * student.ability else "НЗ"

    def _evening(self, days: int) -> datetime:
        """A moment after lessons that many days after this one."""
        chance = self._chance
        at = time(chance.randint(16, 20), chance.randrange(60), chance.randrange(60))
        moment = self._year.at(self.lesson.date + timedelta(days=days), at)
        return max(moment, self.lesson.ends + timedelta(minutes=5)) if days == 0 else moment
