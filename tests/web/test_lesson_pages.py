"""The lesson's page, the second page, the roll and the start page over HTTP, with scripts and without."""

import io
import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from factories import Journal, make_curator, make_journal, make_kind, make_lesson, make_person
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from ejournal.extensions import db
from ejournal.models import (
    Cell,
    Course,
    Homework,
    Lesson,
    LessonFile,
    LogEntry,
    PeriodClosing,
    Role,
    ThematicPlan,
    Topic,
    Work,
)
from ejournal.models.base import now
from ejournal.services import settings

FRAGMENT = {"HX-Request": "true"}
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture
def journal(app: Flask) -> Journal:
    with app.app_context():
        return make_journal(students=3, lessons=3)


@pytest.fixture
def teacher(journal: Journal, sign_in: Any) -> FlaskClient:
    return sign_in(journal.teacher)


def url(journal: Journal, tail: str = "", number: int = 2) -> str:
    return f"/journal/{journal.course_id}/lessons/{journal.lessons[number].id}{tail}"


def form(**fields: Any) -> dict[str, Any]:
    return {"version": 0, "topic": "", "hours": "2", "room": "", "homework": "", "due": "", "held": "1", **fields}


def attribute(html: str, tag: str, name: str) -> str:
    found = re.search(rf"<{tag}[^>]*name=\"{name}\"[^>]*value=\"([^\"]*)\"", html)
    assert found, html
    return found[1]


# ── The lesson ──────────────────────────────────────────────────────────────
def test_r4_4_b_a_teacher_fills_a_lesson_without_scripts(app, teacher, journal):
    answer = teacher.post(url(journal), data=form(topic="Файловые системы", homework="Параграф 5"))
    assert (answer.status_code, answer.location) == (302, url(journal))
    page = teacher.get(url(journal)).text
    assert "Сохранено." in page
    assert "Файловые системы</textarea>" in page
    assert "Параграф 5</textarea>" in page
    with app.app_context():
        assert db.session.get(Lesson, journal.lessons[2].id).topic == "Файловые системы"


def test_with_scripts_the_section_comes_back_and_the_terms_with_it(teacher, journal):
    answer = teacher.post(url(journal), data=form(homework="Параграф 5"), headers=FRAGMENT)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<section")
    assert "<html" not in answer.text
    assert re.search(r'id="lesson-terms"\s+hx-swap-oob="true"\s+data-version="1"', answer.text)
    assert "задание выдано" in answer.text


def test_r4_4_the_terms_are_named_with_their_clause(teacher, journal):
    page = teacher.get(url(journal)).text
    due, marks = settings_day(journal, 2), settings_day(journal, 7)
    assert f"посещаемость до {due}" in page
    assert f"оценки до {marks}" in page
    assert "Сроки (п. 4.4)" in page


def settings_day(journal: Journal, ahead: int) -> str:
    return f"{journal.lessons[2].date + timedelta(days=ahead):%d.%m}"


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_a_wrong_field_is_told_in_its_place_and_everything_typed_is_still_there(app, teacher, journal, headers):
    answer = teacher.post(url(journal), data=form(topic="Новая тема", hours="99"), headers=headers)
    assert answer.status_code == 422
    assert ("<html" in answer.text) is not bool(headers)
    assert "Новая тема</textarea>" in answer.text
    assert attribute(answer.text, "input", "hours") == "99"
    assert re.search(r'name="hours"[^>]*aria-invalid="true"', answer.text)
    assert "Укажите число от 1 до 8" in answer.text
    with app.app_context():
        assert db.session.get(Lesson, journal.lessons[2].id).topic == ""


def test_two_at_one_lesson_the_later_sees_both_texts_and_decides(app, teacher, journal):
    teacher.post(url(journal), data=form(topic="Записано раньше"))
    answer = teacher.post(url(journal), data=form(topic="Набрано позже"), headers=FRAGMENT)
    assert answer.status_code == 409
    assert "Набрано позже</textarea>" in answer.text
    assert "Записано раньше" in answer.text
    assert "Преподавателева" in answer.text
    version = attribute(answer.text, "input", "version")
    assert teacher.post(url(journal), data=form(topic="Набрано позже", version=version)).status_code == 302
    with app.app_context():
        assert db.session.get(Lesson, journal.lessons[2].id).topic == "Набрано позже"


def test_r4_4_a_a_closed_period_refuses_with_423_and_shows_no_form(app, teacher, journal):
    with app.app_context():
        db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
        db.session.commit()
    answer = teacher.post(url(journal), data=form(topic="Поздно"), headers=FRAGMENT)
    assert answer.status_code == 423
    page = teacher.get(url(journal)).text
    assert "Период закрыт" in page
    assert 'name="topic"' not in page


def test_r4_3_c_a_reader_sees_the_lesson_and_no_forms(app, sign_in, teacher, journal):
    teacher.post(url(journal), data=form(topic="Файлы", homework="Параграф 5"))
    with app.app_context():
        curator = make_curator(journal.group)
    page = sign_in(curator).get(url(journal)).text
    assert "Файлы" in page
    assert "Параграф 5" in page
    everybodys = sum(page.count(f'action="{address}"') for address in ("/view", "/theme", "/logout"))
    assert page.count('method="post"') == everybodys


def test_what_a_teacher_types_is_text_and_never_markup(teacher, journal):
    nasty = '"><script>alert(1)</script>'
    teacher.post(url(journal), data=form(topic=nasty, homework=nasty, room='"><b>'))
    for page in (url(journal), url(journal, "/roll"), f"/journal/{journal.course_id}/lessons", "/"):
        text = teacher.get(page).text
        assert "<script>alert" not in text
        assert '"><b>' not in text


def test_r4_4_b_the_offered_topic_is_taken_by_its_button(app, teacher, journal):
    with app.app_context():
        course = db.session.get_one(Course, journal.course_id)
        plan = ThematicPlan(discipline_id=course.discipline_id, title="КТП")
        db.session.add(plan)
        db.session.flush()
        db.session.add(Topic(plan_id=plan.id, ordinal=7, title="Процессы", hours=4, homework="Глава 2"))
        course.plan_id = plan.id
        db.session.commit()
    page = teacher.get(url(journal)).text
    topic = attribute(page, "button", "take_topic")
    assert 'accesskey="t"' in page
    assert re.search(r"№ 7</b> · 4 ч", page)
    assert 'data-text="Глава 2"' in page
    answer = teacher.post(url(journal), data=form(take_topic=topic), headers=FRAGMENT)
    assert "Процессы</textarea>" in answer.text
    assert "По плану: № 7, 4 ч" in answer.text
    assert "take_topic" not in answer.text


# ── Moving, cancelling, adding, deleting ────────────────────────────────────
def test_a_move_leads_back_to_the_lesson_with_scripts_too(app, teacher, journal):
    day = journal.lessons[2].date + timedelta(days=2)
    # «sure»: it may be a Sunday or a holiday.
    moved = {"date": day.isoformat(), "pair": "3", "reason": "Карантин", "version": 0, "sure": "1"}
    answer = teacher.post(url(journal, "/move"), data=moved, headers=FRAGMENT)
    assert answer.headers["HX-Redirect"] == url(journal)
    page = teacher.get(url(journal)).text
    assert "перенесено с" in page
    assert "Карантин" in page


def test_a_move_without_a_reason_keeps_the_date_that_was_typed(teacher, journal):
    answer = teacher.post(url(journal, "/move"), data={"date": "2026-12-07", "pair": "9"}, headers=FRAGMENT)
    assert answer.status_code == 422
    assert attribute(answer.text, "input", "date") == "2026-12-07"
    assert answer.text.count('aria-invalid="true"') == 2
    assert re.search(r"<details class=\"fold\"\s+open", answer.text)


def test_a_lesson_is_cancelled_and_brought_back(teacher, journal):
    teacher.post(url(journal, "/cancellation"), data={"reason": "Карантин", "version": 0})
    page = teacher.get(url(journal)).text
    assert "Вернуть занятие" in page
    assert 'name="topic"' not in page
    teacher.post(url(journal, "/cancellation"), data={"restored": "1", "version": 1})
    assert 'name="topic"' in teacher.get(url(journal)).text


def test_a_lesson_with_marks_is_not_cancelled_and_the_page_says_what_to_do(teacher, journal):
    teacher.post(journal.url(0, 2), data={"value": "5", "version": 0})
    answer = teacher.post(url(journal, "/cancellation"), data={"reason": "Карантин"})
    assert answer.status_code == 422
    assert "Снимите их в журнале" in answer.text
    assert "Карантин" in answer.text


def test_a_lesson_is_added_from_the_second_page_and_taken_away_again(app, teacher, journal):
    listing = f"/journal/{journal.course_id}/lessons"
    wrong = teacher.post(listing, data={"date": "", "pair": "x", "hours": "2"})
    assert wrong.status_code == 422
    assert wrong.text.count('aria-invalid="true"') == 2
    added = teacher.post(listing, data={"date": "2026-11-25", "pair": "4", "hours": "2"})
    assert "добавлено" in teacher.get(added.location).text
    removed = teacher.post(f"{added.location}/removal", data={"version": 0})
    assert removed.location == listing
    assert teacher.get(added.location).status_code == 404


# ── Works ───────────────────────────────────────────────────────────────────
def test_r4_4_b_a_column_is_added_renamed_and_removed(app, teacher, journal):
    with app.app_context():
        kind = make_kind("Контрольная работа", "КР", 3).id
    fields = {"kind_id": kind, "title": "КР № 2", "weight": "", "mark_due": "", "version": 0}
    assert "КР № 2" in teacher.post(url(journal, "/works"), data=fields, headers=FRAGMENT).text
    with app.app_context():
        work = db.session.scalars(db.select(Work).where(Work.title == "КР № 2")).one().id
    changed = teacher.post(
        url(journal, f"/works/{work}"), data={**fields, "title": "КР № 3", "version": 1}, headers=FRAGMENT
    )
    assert "КР № 3" in changed.text
    assert "КР № 3" in teacher.get(f"/journal/{journal.course_id}").text
    teacher.post(url(journal, f"/works/{work}/removal"), data={"version": 2})
    assert "КР № 3" not in teacher.get(url(journal)).text


def test_a_refused_work_stays_open_with_what_was_typed(app, teacher, journal):
    with app.app_context():
        kind = make_kind("Контрольная работа", "КР", 3).id
    wrong = {"kind_id": kind, "title": "КР № 2", "weight": "11", "version": 0}
    answer = teacher.post(url(journal, "/works"), data=wrong, headers=FRAGMENT)
    assert answer.status_code == 422
    assert attribute(answer.text, "input", "weight") in ("1", "11")
    assert 'value="КР № 2"' in answer.text
    assert "от 1 до 10" in answer.text


def test_a_marked_column_is_not_removed(teacher, journal):
    teacher.post(journal.url(0, 2), data={"value": "5", "version": 0})
    work = journal.works[2].id
    answer = teacher.post(url(journal, f"/works/{work}/removal"), data={"version": 0}, headers=FRAGMENT)
    assert answer.status_code == 422
    assert "стоят отметки (1)" in answer.text


# ── Files ───────────────────────────────────────────────────────────────────
def send(client: FlaskClient, journal: Journal, *given: tuple[str, bytes], **more: Any) -> Any:
    data = {"purpose": "homework", "files": [(io.BytesIO(body), name) for name, body in given]}
    return client.post(url(journal, "/files"), data=data, content_type="multipart/form-data", **more)


def test_several_files_are_attached_and_downloaded_never_shown(app, teacher, journal):
    send(teacher, journal, ("План «урока».pdf", PDF), ("Задание.txt", "Задание".encode()))
    page = teacher.get(url(journal)).text
    assert "План «урока».pdf" in page
    with app.app_context():
        attached = db.session.scalars(db.select(LessonFile).order_by(LessonFile.id)).all()
        first = attached[0].id
        assert len(attached) == 2
    answer = teacher.get(url(journal, f"/files/{first}"))
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''%D0%9F" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    answer.close()


def test_a_refused_file_is_named_and_the_others_are_kept(teacher, journal):
    answer = send(teacher, journal, ("a.pdf", PDF), ("b.exe", b"MZ"), headers=FRAGMENT)
    assert answer.status_code == 422
    assert "«b.exe»" in answer.text
    assert ">a.pdf<" in answer.text


def test_no_file_chosen_is_told(teacher, journal):
    answer = teacher.post(url(journal, "/files"), data={"purpose": "homework"}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Выберите хотя бы один файл" in answer.text


def test_r2_1_c_a_file_is_not_given_to_a_teacher_of_another_journal(app, sign_in, teacher, journal):
    send(teacher, journal, ("a.pdf", PDF))
    with app.app_context():
        stranger = make_person("Чужая", (Role.TEACHER,))
        attached = db.session.scalars(db.select(LessonFile)).one().id
    assert sign_in(stranger).get(url(journal, f"/files/{attached}")).status_code == 404


def test_others_can_write_while_a_big_file_is_coming_in(app, teacher, journal):
    """A body that comes slowly must not hold the database."""
    path = app.config["EJOURNAL"].instance / "ejournal.db"
    written: list[bool] = []

    class Slow(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            other = sqlite3.connect(path, timeout=0.1)
            try:
                other.execute("BEGIN IMMEDIATE")
                written.append(True)
            except sqlite3.OperationalError:
                written.append(False)
            finally:
                other.close()
            return super().readinto(buffer)

    boundary = "x" * 20
    body = (
        (
            f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nmaterial\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
        ).encode()
        + b"a" * 300_000
        + f"\r\n--{boundary}--\r\n".encode()
    )
    answer = teacher.post(
        url(journal, "/files"),
        input_stream=Slow(body),
        content_length=len(body),
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    assert answer.status_code == 302
    assert written
    assert all(written)


# ── The second page, the roll, the start page ───────────────────────────────
@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_r4_4_b_the_second_page_lists_lessons_in_order_with_hours(app, teacher, journal):
    teacher.post(url(journal, number=0), data=form(topic="Введение", homework="Параграф 1"))
    page = teacher.get(f"/journal/{journal.course_id}/lessons").text
    rows = re.findall(r'<tr class="(\w+) ', page)
    assert rows == ["held", "held", "held"]
    assert page.index("Введение") < page.index("тема не указана")
    assert "Параграф 1" in page
    assert "по плану 72, дано 6 (8 %), осталось 66" in page


@pytest.mark.parametrize("path", ["lessons", "lesson", "roll", "home"])
def test_the_number_of_queries_does_not_grow_with_lessons(app, teacher, journal, statements, path):
    address = {
        "lessons": f"/journal/{journal.course_id}/lessons",
        "lesson": url(journal),
        "roll": url(journal, "/roll"),
        "home": "/",
    }[path]
    teacher.get(address)
    statements.clear()
    teacher.get(address)
    few = len(statements)
    with app.app_context():
        for days in range(1, 12):
            made = make_lesson(journal.course_id, settings.today() - timedelta(days=days), pair=6, works=2)
            db.session.add(Homework(lesson_id=made.id, text="Параграф", published_at=now()))
            db.session.add(Cell(work_id=made.works[0].id, student_id=journal.students[0].id, mark="5"))
        db.session.commit()
    statements.clear()
    teacher.get(address)
    assert len(statements) == few


def test_the_roll_lists_students_with_their_values_and_keeps_the_grids_numbers(teacher, journal):
    teacher.post(journal.url(1, 2), data={"value": "н3", "version": 0})
    page = teacher.get(url(journal, "/roll")).text
    lines = re.findall(r'class="roll-line"\s+data-student="(\d+)"\s+data-version="(\d)"\s+data-text="([^"]*)"', page)
    assert lines == [
        (str(student.id), "1" if number == 1 else "0", "н3" if number == 1 else "")
        for number, student in enumerate(journal.students)
    ]
    assert [int(n) for n in re.findall(r'<span class="n">(\d)</span>', page)] == [1, 2, 3]


def test_the_roll_of_a_lesson_to_come_or_of_another_work_says_so(app, teacher, journal):
    with app.app_context():
        ahead = make_lesson(journal.course_id, settings.today() + timedelta(days=2), state="planned")
        other = make_journal(students=1, lessons=1)
    page = teacher.get(f"/journal/{journal.course_id}/lessons/{ahead.id}/roll").text
    assert "ещё не проведено" in page
    assert "data-mark" not in page
    assert teacher.get(url(journal, f"/roll?work={other.works[0].id}")).status_code == 404


def test_a_teacher_starts_with_todays_lessons_and_what_is_late(app, teacher, journal):
    with app.app_context():
        late = make_lesson(journal.course_id, settings.today() - timedelta(days=5), topic="Старая")
    page = teacher.get("/").text
    assert f'href="{url(journal, "/roll")}"' in page
    assert "тема не указана" in page
    assert f'href="/journal/{journal.course_id}/lessons/{late.id}/roll"' in page
    assert "п. 4.4: посещаемость — не позднее 2 дней" in page


def test_a_teacher_without_lessons_is_told_where_to_look(app, sign_in):
    with app.app_context():
        idle = make_person("Свободная", (Role.TEACHER,))
    page = sign_in(idle).get("/").text
    assert "Сегодня занятий нет" in page
    assert "внесены в срок" in page


def test_every_change_of_a_lesson_is_in_the_log_page(app, sign_in, teacher, journal):
    teacher.post(url(journal), data=form(topic="Файлы"))
    with app.app_context():
        boss = make_person("Завучева", (Role.ADMINISTRATION,))
        assert db.session.scalars(db.select(LogEntry)).one().address
    page = sign_in(boss).get("/admin/log").text
    assert "тема" in page
    assert "Файлы" in page
