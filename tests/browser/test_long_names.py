"""Every page of a college with the longest names there are: nothing runs out of the window, on a phone or at a desk."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import factories_board
import factories_diary as diaries
import factories_messages as messages
import factories_tasks as tasks
import pytest
from browser.test_pages import STICKING_OUT
from factories import Journal, make_journal, make_person
from flask import Flask
from playwright.sync_api import Page

from ejournal.domain.names import normalize_group_title
from ejournal.extensions import db
from ejournal.models import Course, Curatorship, Debt, Remark, Role
from ejournal.services import settings

pytestmark = pytest.mark.browser

OpenAs = Callable[..., Page]
Server = Any  # conftest.Server

SURNAME = "Рождественская-Константинопольская-Благовещенская-Семёнова"
SUBJECT = (
    "Организация и проведение монтажа и технической эксплуатации высокоавтоматизированного электрооборудования, "
    "электроснабжения и электромеханических комплексов (по отраслям)"
)
ADDRESS = "https://example.org/ochen/dlinnyy/adres/kotoryy-nigde-ne-perenositsya-potomu-chto-v-nem-net-probelov"
WIDTHS = (1440, 1024, 390)
# Files, fragments for scripts, what ends the session, what the address has to say more for.
NOT_PAGES = (
    "static", "offline.", "health.", "jobs.download", "jobs.progress", "documents.check", "admin.log_export",
    "messages.latest", "messages.lines", "messages.news", "journal.changes", "journal.history", "calendar.",
    "journal.answers_archive", "continuity.own_file", "journal.period_mark_history",
    "absences.family", "diary.", "account.", "timetable.clashes", "remarks.new", "messages.new_order", "messages.many",
)  # fmt: skip


@pytest.fixture
def longest(world: Flask) -> Journal:
    """33 students, everything late, a remark, a debt, letters: each with the longest name it may have."""
    made = make_journal(students=33, lessons=5, works=2)
    teacher = made.teacher
    for person in (*made.students, teacher):
        person.rename(SURNAME, "Александрина-Елизавета", "Вячеславовна-Александровна")
        person.email = f"{'konstantinopolskaya-' * 5}{person.id}@kolledzh.example.org"
        person.post = SUBJECT
    course = db.session.get_one(Course, made.course_id)
    course.discipline.title = course.group.programme.title = course.group.programme.qualification = SUBJECT
    course.group.title = f"ИС-{course.group_id}-заочно-ускоренная группа"[:32]
    course.group.gkey = normalize_group_title(course.group.title)
    for lesson in made.lessons:
        lesson.room, lesson.topic = "лаборатория электротехники и эле", SUBJECT
    owed(made, course)
    return made


def owed(made: Journal, course: Course) -> None:
    """What waits for somebody: a remark, a debt, an announcement, an event, homework with an answer, a letter."""
    today, student = settings.today(), made.students[0]
    db.session.add(
        Remark(
            course_id=course.id, text=f"{SUBJECT} {ADDRESS}", due=today - timedelta(days=3), state="open",
            created_by=made.teacher.id,
        )
    )  # fmt: skip
    db.session.add(
        Debt(
            course_id=course.id, student_id=student.id, period_id=made.period.id, slot=str(made.period.id), mark="н/а",
            due=today - timedelta(days=1), form=SUBJECT, opened_on=today - timedelta(days=9), opened_by=made.teacher.id,
        )
    )  # fmt: skip
    db.session.commit()
    diaries.give(made.lessons[0], f"{SUBJECT} {ADDRESS}")
    diaries.put(made.works[0], student, mark="2", attendance="о")
    tasks.owe(made.works[2], student, note=ADDRESS[:200])
    factories_board.announce(made.teacher, title=f"{SUBJECT} {ADDRESS}"[:200])
    factories_board.plan(made.teacher, title=f"{SUBJECT} {ADDRESS}"[:200], remind_days=1)


def test_r1_7_a_no_page_of_a_teacher_is_wider_than_its_window(
    open_as: OpenAs, server: Server, longest: Journal
) -> None:
    page = open_as(longest.teacher, "/")
    assert wide(page, server, ["/", *(path for path in addresses(server.app, longest) if is_teachers(path))]) == {}


def test_r1_7_a_no_page_of_administration_is_wider_than_its_window(
    open_as: OpenAs, server: Server, longest: Journal
) -> None:
    chief = make_person(roles=(Role.ADMINISTRATION, Role.SYSADMIN, Role.CURATOR))
    chief.rename(SURNAME, "Анастасия-Виктория", "Константиновна-Всеволодовна")
    db.session.add(Curatorship(group_id=longest.group.id, person_id=chief.id, since=date(2020, 1, 1)))
    db.session.commit()
    page = open_as(chief, "/")
    assert wide(page, server, [path for path in addresses(server.app, longest) if not is_teachers(path)]) == {}


def test_r1_7_a_no_page_of_a_student_is_wider_than_its_window(
    open_as: OpenAs, server: Server, longest: Journal
) -> None:
    child = diaries.make_child(longest.group)
    child.rename(SURNAME, "Вячеслав-Всеволод", "Константинович-Всеволодович")
    diaries.put(longest.works[1], child, mark="3")
    tasks.owe(longest.works[3], child, note=ADDRESS[:200])
    messages.make_talk(longest.teacher, child, f"{SUBJECT} {ADDRESS}")
    page = open_as(child, "/diary/")
    own = [f"/diary/{child.id}{part}" for part in ("", "/homework", "/marks", "/attendance", "/teachers", "/calendar")]
    common = ("/timetable/", "/timetable/session", "/announcements/", "/events/", "/resources/", "/disputes/")
    assert wide(page, server, [*own, *common, "/messages/", "/notices/", "/profile", "/help/student"]) == {}


def is_teachers(path: str) -> bool:
    return path.startswith(("/journal/", "/remarks/", "/thematic/", "/absences/requests"))


def addresses(app: Flask, made: Journal) -> list[str]:
    """Of every page that the journal and its group have, and of every page that needs nothing."""
    known = {
        "course_id": made.course_id, "lesson_id": made.lessons[0].id, "work_id": made.works[0].id,
        "group_id": made.group.id, "student_id": made.students[0].id, "person_id": made.students[0].id,
        "period_id": made.period.id, "mark_slot": str(made.period.id), "programme_id": made.group.programme_id,
        "remark_id": db.session.scalar(db.select(db.func.max(Remark.id))),
        "debt_id": db.session.scalar(db.select(db.func.max(Debt.id))),
        "guide_name": "teacher", "report_key": "attendance", "side": "guardians",
    }  # fmt: skip
    db.session.rollback()
    rules = [
        rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.arguments <= set(known)
    ]
    with app.test_request_context():
        return sorted(
            app.url_for(rule.endpoint, **{name: known[name] for name in rule.arguments})
            for rule in rules
            if not rule.endpoint.startswith(NOT_PAGES)
        )


def wide(page: Page, server: Server, paths: list[str]) -> dict[tuple[str, int], Any]:
    """The pages that scroll sideways, at which width, and what sticks out."""
    found: dict[tuple[str, int], Any] = {}
    for path in paths:
        page.set_viewport_size({"width": WIDTHS[0], "height": 800})
        page.goto(server.url + path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            needed = page.evaluate("() => document.documentElement.scrollWidth")
            if needed > width:
                found[path, width] = needed, page.evaluate(STICKING_OUT)
    return found
