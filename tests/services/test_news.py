"""What is told, to whom and when: the hold, one notice for several changes, only who may know it (R4.3.b, R4.6.a)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import factories
import factories_diary as diary
import pytest
import time_machine
from attack.hostile import LONG, live_in
from factories import Journal
from factories_mail import MailServer, html_of, mail_server, mail_set_up, text_of, write_to
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.jobs import post
from ejournal.models import (
    Account,
    Cell,
    Course,
    Discipline,
    Enrollment,
    Homework,
    Lesson,
    Notice,
    PeriodMark,
    Person,
    Role,
    Substitution,
)
from ejournal.models.base import now
from ejournal.services import (
    cells,
    diary_period_mark,
    homework,
    letters,
    news,
    notice_letters,
    notices,
    period_marks,
    sending,
    settings,
)
from ejournal.services.cell_values import Entry

# A Tuesday, ten in the morning in Moscow.
START = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


@dataclass
class Family:
    """A journal, a student of it, her mother who agreed, and the clock."""

    journal: Journal
    child: Person
    mother: Person
    clock: time_machine.Traveller
    work: int = 0
    teacher: Viewer | None = None

    def put(self, text: str, work: int = 0) -> None:
        """The teacher writes into the child's cell."""
        assert self.teacher
        work_id = self.journal.works[work].id
        version = db.session.scalar(
            db.select(Cell.version).where(Cell.work_id == work_id, Cell.student_id == self.child.id)
        )
        cells.record_cell(
            self.teacher,
            self.journal.course_id,
            Entry(self.child.id, work_id, text, version or 0),
            reason="ошибка ввода",
        )

    def pass_by(self, minutes: int = 0, hours: int = 0) -> int:
        """Time passes, then the post makes its round."""
        self.clock.shift(timedelta(minutes=minutes, hours=hours))
        return look()


def look() -> int:
    told = news.collect()
    notice_letters.dispatch()
    sending.run()
    return told


@pytest.fixture
def clock(in_app: Flask) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def family(clock: time_machine.Traveller) -> Family:
    journal = factories.make_journal(students=1, lessons=2, works=2)
    child = diary.make_child(journal.group, name="Артём")
    mother = diary.make_parent(child)
    made = Family(journal, child, mother, clock, teacher=factories.viewer_of(journal.teacher))
    news.collect()  # the first look: the past is no news
    clock.shift(timedelta(minutes=20))
    return made


@pytest.fixture
def server(app: Flask, family: Family) -> Iterator[MailServer]:
    with mail_server() as made, mail_set_up(app, made.port):
        settings.put("mail.content", True)
        write_to(family.mother, "mother@mail.example")
        yield made


def told(person: Person) -> list[str]:
    texts = db.session.scalars(db.select(Notice.text).where(Notice.person_id == person.id).order_by(Notice.id)).all()
    db.session.rollback()
    return list(texts)


def pages(person: Person) -> list[str]:
    return list(db.session.scalars(db.select(Notice.url).where(Notice.person_id == person.id)))


def choose(person: Person, **how: str) -> None:
    notices.choose(factories.viewer_of(person), how)


def test_hostile_names_stay_text_in_a_letter_about_news(family: Family, server: MailServer) -> None:
    family.child.name = LONG[:60]
    discipline = db.session.get_one(Discipline, db.session.get_one(Course, family.journal.course_id).discipline_id)
    discipline.title = LONG
    db.session.commit()
    family.put("н")
    assert family.pass_by(minutes=3)
    (message,) = server.received
    assert "xssattr" in html_of(message)
    assert live_in(html_of(message)) == []


# ── The hold ──────────────────────────────────────────────────────────────────


def test_r4_6_a_a_mark_is_told_to_the_student_and_to_the_parent_once_it_has_stood(family: Family) -> None:
    family.put("4")
    assert family.pass_by(minutes=29) == 0
    assert family.pass_by(minutes=2) == 2
    assert told(family.mother) == told(family.child) == ["Операционные системы, 23.11: 4 (ответ на занятии)"]
    assert family.pass_by(minutes=5) == 0, "told once"


def test_a_notice_leads_to_the_very_lesson_of_the_mark_and_of_the_absence(family: Family) -> None:
    family.put("н4")
    family.pass_by(minutes=31)
    lesson = f"/diary/{family.child.id}?week=2026-W48#pair-{family.journal.lessons[0].id}"
    assert pages(family.child) == [lesson, lesson]


def test_a_notice_of_a_mark_for_a_period_leads_to_that_mark(family: Family, app: Flask) -> None:
    assert family.teacher
    course_id, key = family.journal.course_id, str(family.journal.period.id)
    period_marks.record(family.teacher, course_id, family.child.id, key, period_marks.Typed("4", 0))
    family.pass_by(minutes=31)
    [page] = pages(family.mother)
    assert page == f"/diary/{family.child.id}/courses/{course_id}/marks/{key}"
    diary_period_mark.load(factories.viewer_of(family.mother), family.child.id, course_id, key)


@pytest.mark.parametrize(("key", "words"), [("year", "за год"), ("final", "итоговая")])
def test_r4_6_a_a_mark_for_the_year_and_a_final_one_are_told_and_lead_to_it(
    family: Family, server: MailServer, key: str, words: str
) -> None:
    assert family.teacher
    course_id = family.journal.course_id
    choose(family.mother, mark="now")
    period_marks.record(family.teacher, course_id, family.child.id, key, period_marks.Typed("4", 0))
    assert family.pass_by(minutes=29) == 0
    assert family.pass_by(minutes=2) == 2
    assert told(family.mother) == [f"Операционные системы, {words}: 4"]
    assert pages(family.mother) == [f"/diary/{family.child.id}/courses/{course_id}/marks/{key}"]
    (message,) = server.received
    assert f"Операционные системы, {words}: 4" in text_of(message)
    period_marks.record(family.teacher, course_id, family.child.id, key, period_marks.Typed("5", 1))
    family.pass_by(minutes=31)
    assert told(family.mother) == [f"Операционные системы, {words}: исправлено: было 4, стало 5"]


def test_a_notice_of_homework_leads_to_the_task(family: Family) -> None:
    given = diary.give(family.journal.lessons[0])
    family.pass_by(minutes=31)
    assert pages(family.child) == [f"/diary/{family.child.id}/homework#task-{given.id}"]


def test_a_two_mistyped_and_mended_within_five_minutes_is_never_told(family: Family) -> None:
    family.put("2")
    family.pass_by(minutes=5)
    family.put("5")
    assert family.pass_by(minutes=26) == 0, "the hold begins anew"
    family.pass_by(minutes=5)
    assert told(family.mother) == ["Операционные системы, 23.11: 5 (ответ на занятии)"]


def test_a_mark_taken_away_within_the_hold_is_never_told(family: Family) -> None:
    family.put("2")
    family.pass_by(minutes=10)
    family.put("")
    family.pass_by(hours=2)
    assert told(family.mother) == []


def test_several_changes_make_one_notice_of_the_difference(family: Family) -> None:
    family.put("2")
    family.pass_by(minutes=31)
    for mark in ("3", "4"):
        family.put(mark)
        family.pass_by(minutes=3)
    family.pass_by(minutes=31)
    assert told(family.mother) == ["Операционные системы, 23.11: исправлено: было 2, стало 4"]
    family.put("")
    family.pass_by(minutes=31)
    assert told(family.mother) == ["Операционные системы, 23.11: оценка 4 снята"]


def test_a_mark_changed_and_changed_back_is_not_told_again(family: Family) -> None:
    family.put("4")
    family.pass_by(minutes=31)
    family.put("3")
    family.pass_by(minutes=3)
    family.put("4")
    assert family.pass_by(minutes=31) == 0


def test_the_college_may_set_another_hold(family: Family) -> None:
    settings.put("notices.hold_minutes", 0)
    db.session.commit()
    family.put("4")
    assert family.pass_by() == 2


def test_a_longer_hold_set_later_tells_nothing_twice_and_loses_nothing(family: Family) -> None:
    family.put("4")
    family.pass_by(minutes=31)
    settings.put("notices.hold_minutes", 120)
    db.session.commit()
    family.put("5", work=2)
    assert family.pass_by(minutes=60) == 0
    assert family.pass_by(minutes=61) == 2


def test_an_absence_is_told_almost_at_once_and_once_a_lesson(family: Family) -> None:
    family.put("н")
    family.put("н", work=1)
    assert family.pass_by(minutes=2) == 2
    assert told(family.mother) == ["Операционные системы, 23.11, 1 пара: отсутствие по неуважительной причине"]


def test_a_slip_of_the_finger_is_no_absence(family: Family) -> None:
    family.put("н")
    family.pass_by(minutes=1)
    family.put("")
    assert family.pass_by(hours=1) == 0


def test_r4_3_d_an_absence_that_was_excused_later_is_told_as_such(family: Family) -> None:
    family.put("н")
    family.pass_by(minutes=3)
    family.put("б")
    family.pass_by(minutes=3)
    assert told(family.mother) == ["Операционные системы, 23.11, 1 пара: исправлено, отсутствие по болезни"]
    family.put("")
    family.pass_by(minutes=3)
    assert told(family.mother) == ["Операционные системы, 23.11, 1 пара: отметка «б» снята"]


def test_attendance_and_mark_of_one_cell_are_told_each_in_its_time(family: Family) -> None:
    family.put("о5")
    family.pass_by(minutes=3)
    assert told(family.mother) == ["Операционные системы, 23.11, 1 пара: опоздание на занятие"]
    family.pass_by(minutes=31)
    assert len(told(family.mother)) == 2


def test_a_period_mark_is_told(family: Family) -> None:
    row = PeriodMark(
        course_id=family.journal.course_id, period_id=family.journal.period.id, student_id=family.child.id, mark="н/а"
    )
    db.session.add(row)
    db.session.commit()
    family.pass_by(minutes=31)
    assert told(family.mother) == ["Операционные системы, I семестр: н/а"]


def test_a_change_whose_transaction_ended_late_is_told_too(family: Family) -> None:
    family.pass_by(minutes=60)
    moment = now() - timedelta(minutes=40)
    diary.put(family.journal.works[0], family.child, mark="4", updated_at=moment)
    assert family.pass_by() == 2
    assert family.pass_by() == 0


def test_marks_of_lessons_long_ago_are_no_news(family: Family) -> None:
    old = factories.make_lesson(family.journal.course_id, settings.today() - timedelta(days=40))
    diary.put(old.works[0], family.child, mark="5")
    assert family.pass_by(minutes=31) == 0


# ── Who ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["refused", "withdrawn"])
def test_r4_1_d_a_parent_whose_consent_is_withdrawn_gets_nothing(family: Family, kind: str) -> None:
    diary.answer(family.child, family.mother, kind)
    family.put("4")
    family.pass_by(minutes=31)
    assert told(family.mother) == []
    assert len(told(family.child)) == 1


def test_r4_1_d_a_parent_who_never_answered_gets_nothing(family: Family) -> None:
    father = factories.make_person("Аксёнов", (Role.PARENT,))
    db.session.add(diary.Guardianship(parent_id=father.id, student_id=family.child.id))
    db.session.commit()
    family.put("4")
    family.pass_by(minutes=31)
    assert told(father) == []


def test_about_a_student_of_age_the_parent_hears_only_with_the_students_own_consent(family: Family) -> None:
    family.child.birth_date = settings.today() - timedelta(days=366 * 19)
    db.session.commit()
    family.put("4")
    family.pass_by(minutes=31)
    assert told(family.mother) == []
    diary.answer(family.child, family.child, "agreed")
    family.put("5")
    family.pass_by(minutes=31)
    assert len(told(family.mother)) == 1


def test_nobody_is_told_of_an_expelled_student(family: Family) -> None:
    family.put("4")
    db.session.execute(
        db.update(Enrollment)
        .where(Enrollment.student_id == family.child.id)
        .values(until=settings.today() - timedelta(days=1), left_kind="expelled")
    )
    db.session.commit()
    assert family.pass_by(minutes=31) == 0


def test_a_blocked_account_is_told_nothing(family: Family) -> None:
    db.session.execute(db.update(Account).where(Account.person_id == family.mother.id).values(blocked_at=now()))
    db.session.commit()
    family.put("4")
    assert family.pass_by(minutes=31) == 1


def test_another_family_hears_nothing(family: Family) -> None:
    stranger = diary.make_parent(diary.make_child(family.journal.group, name="Вера"))
    family.put("4")
    family.pass_by(minutes=31)
    assert told(stranger) == []


# ── Homework and replacements ─────────────────────────────────────────────────


def test_r4_2_d_homework_is_told_once_it_stands(family: Family) -> None:
    diary.give(family.journal.lessons[1], "Прочитать § 5", due=settings.today() + timedelta(days=1))
    assert family.pass_by(minutes=31) == 2
    assert told(family.mother) == ["Операционные системы, к 25.11: Прочитать § 5"]
    assert family.pass_by(minutes=31) == 0


def test_homework_withdrawn_within_the_hold_is_never_told(family: Family) -> None:
    given = diary.give(family.journal.lessons[1])
    db.session.execute(db.delete(Homework).where(Homework.id == given.id))
    db.session.commit()
    assert family.pass_by(minutes=31) == 0


def assign(family: Family, lesson: int, text: str) -> None:
    """As the teacher does; an empty text withdraws what stands."""
    assert family.teacher
    homework.write(family.teacher, db.session.get_one(Lesson, family.journal.lessons[lesson].id), text, None)
    db.session.commit()


def instead(family: Family) -> None:
    """The task of the first lesson is withdrawn, and another is given for the second: with its id on SQLite."""
    assign(family, 0, "")
    assign(family, 1, "Подготовить доклад")


def test_r4_4_g_homework_given_after_another_was_withdrawn_is_told(family: Family) -> None:
    assign(family, 0, "Учебник, § 5")
    family.pass_by(hours=2)
    instead(family)
    family.pass_by(hours=2)
    assert told(family.child)[-1] == "Операционные системы: Подготовить доклад"
    assert family.pass_by(hours=2) == 0


def test_homework_withdrawn_before_the_evening_is_not_in_its_letter(family: Family, server: MailServer) -> None:
    choose(family.mother, homework="digest")
    assign(family, 0, "Учебник, § 5")
    family.pass_by(hours=1)
    instead(family)
    family.pass_by(hours=9)
    (letter,) = map(text_of, server.received)
    assert "доклад" in letter
    assert "§ 5" not in letter


def test_homework_told_before_notices_said_which_is_not_told_again(family: Family) -> None:
    assign(family, 0, "Учебник, § 5")
    family.pass_by(minutes=31)
    db.session.execute(db.update(Notice).values(value=""))
    db.session.commit()
    assert family.pass_by(minutes=5) == 0
    assert {notice_letters.freshness([one])[one.id] for one in db.session.scalars(db.select(Notice))} == {"fresh"}
    instead(family)
    assert family.pass_by(hours=1) == 2


def replace(family: Family, days: int, **rest: object) -> Substitution:
    made = Substitution(
        date=settings.today() + timedelta(days=days),
        pair=1,
        course_id=family.journal.course_id,
        kind="cancelled",
        **rest,
    )
    db.session.add(made)
    db.session.commit()
    return made


def test_r4_2_d_a_replacement_of_tomorrow_is_told_to_the_group_and_its_teacher(family: Family) -> None:
    replace(family, 1)
    assert family.pass_by() == 3
    text = "ср, 25.11, 1 пара, Операционные системы: снято"
    assert told(family.mother) == told(family.child) == told(family.journal.teacher) == [text]
    assert family.pass_by() == 0


def test_a_replacement_of_monday_told_on_sunday_leads_to_monday(family: Family) -> None:
    replace(family, 6)
    family.clock.shift(timedelta(days=5))
    family.pass_by()
    assert pages(family.mother) == [f"/diary/{family.child.id}?week=2026-W49#day-2026-11-30"]


def test_a_replacement_of_next_week_is_told_the_day_before(family: Family) -> None:
    replace(family, 3)
    assert family.pass_by() == 0
    assert family.pass_by(hours=48) == 3


def test_r4_2_d_a_withdrawn_replacement_is_told_to_those_who_heard_of_it(family: Family) -> None:
    made = replace(family, 1)
    family.pass_by()
    made.withdrawn_at = now()
    db.session.commit()
    assert family.pass_by() == 3
    assert told(family.mother) == ["ср, 25.11, 1 пара, Операционные системы: замена отменена, занятие по расписанию"]
    assert family.pass_by() == 0


def test_the_teacher_who_comes_instead_is_told(family: Family) -> None:
    other = factories.make_person("Заменяев", (Role.TEACHER,))
    replace(family, 0, teacher_id=other.id).kind = "teacher"
    db.session.commit()
    family.pass_by()
    assert len(told(other)) == 1


# ── Letters ───────────────────────────────────────────────────────────────────


def test_r4_3_b_an_absence_comes_by_mail_at_once_with_the_childs_name(family: Family, server: MailServer) -> None:
    family.put("н")
    family.pass_by(minutes=3)
    (message,) = server.received
    text = text_of(message)
    assert message["To"] == "mother@mail.example"
    assert "Артём" in text
    assert "отсутствие по неуважительной причине" in text
    assert "https://journal.college.example/notices/" in text
    family.pass_by(minutes=30)
    assert len(server.received) == 1


def test_r4_1_c_as_usual_a_letter_holds_nothing_but_a_link(family: Family, server: MailServer) -> None:
    settings.put("mail.content", False)
    db.session.commit()
    family.put("н")
    family.pass_by(minutes=3)
    whole = server.received[0].as_string() + text_of(server.received[0])
    for word in ("Артём", "Операционные", "отсутствие", "Аксёнов"):
        assert word not in whole
    assert "В дневнике новое: откройте" in text_of(server.received[0])


def test_marks_come_once_a_day_in_one_letter(family: Family, server: MailServer) -> None:
    family.put("4")
    family.put("5", work=2)
    family.pass_by(minutes=40)
    assert server.received == []
    family.pass_by(hours=7)  # past six in the evening
    family.pass_by(minutes=20)
    (message,) = server.received
    assert text_of(message).count("Операционные системы") == 2


def test_what_comes_after_the_daily_letter_waits_for_the_next(family: Family, server: MailServer) -> None:
    family.put("4")
    family.pass_by(hours=8)
    family.put("5", work=2)
    family.pass_by(minutes=40)
    assert len(server.received) == 1
    family.pass_by(hours=24)
    assert len(server.received) == 2
    assert "24.11: 5" in text_of(server.received[1])


def test_a_mark_mended_before_the_daily_letter_is_not_in_it_as_it_was(family: Family, server: MailServer) -> None:
    family.put("2")
    family.pass_by(minutes=40)
    family.clock.move_to(START.replace(hour=14, minute=55))
    family.put("5")
    family.pass_by(minutes=10)  # 18:05: the hold is not over
    assert server.received == []
    family.pass_by(minutes=40)
    (message,) = server.received
    assert "было 2, стало 5" in text_of(message)


def test_a_period_mark_mended_before_the_daily_letter_is_not_in_it_as_it_was(
    family: Family, server: MailServer
) -> None:
    place = {"course_id": family.journal.course_id, "period_id": family.journal.period.id}
    row = PeriodMark(**place, student_id=family.child.id, mark="2")
    db.session.add(row)
    db.session.commit()
    family.pass_by(minutes=40)
    family.clock.move_to(START.replace(hour=14, minute=55))
    row.mark, row.updated_at = "4", now()
    db.session.commit()
    family.pass_by(minutes=10)  # 18:05: the hold is not over
    assert server.received == []
    family.pass_by(minutes=40)
    (message,) = server.received
    assert "было 2, стало 4" in text_of(message)


def test_what_was_read_on_the_site_is_not_mailed(family: Family, server: MailServer) -> None:
    family.put("4")
    family.pass_by(minutes=40)
    mother = factories.viewer_of(family.mother)
    assert mother.unseen == 1
    notices.see_all(mother, notices.recent(mother)[0].id)
    assert factories.viewer_of(family.mother).unseen == 0
    family.pass_by(hours=8)
    assert server.received == []


def test_each_is_told_as_wished(family: Family, server: MailServer) -> None:
    choose(family.mother, mark="now", absence="site", nonsense="now")
    family.put("н4")
    family.pass_by(minutes=40)
    (message,) = server.received
    assert ": 4" in text_of(message)
    assert "отсутствие" not in text_of(message)
    assert len(told(family.mother)) == 2


def test_a_choice_counts_for_what_waits_already(family: Family, server: MailServer) -> None:
    family.put("4")
    family.pass_by(minutes=40)
    choose(family.mother, mark="site")
    family.pass_by(hours=8)
    assert server.received == []


def test_employees_get_no_letters_unless_they_wish(family: Family, server: MailServer) -> None:
    write_to(family.journal.teacher)
    replace(family, 1)
    family.pass_by()
    assert server.received == []
    choose(family.journal.teacher, substitution="now")
    replace(family, 0)
    family.pass_by()
    assert [message["To"] for message in server.received] == [family.journal.teacher.email]


def test_at_night_no_letter_goes_out(family: Family, server: MailServer) -> None:
    family.clock.move_to(START.replace(hour=19, minute=30))  # 22:30
    family.put("н")
    family.pass_by(minutes=3)
    family.pass_by(hours=2)
    assert server.received == []
    family.clock.move_to(datetime(2026, 11, 25, 4, 1, tzinfo=UTC))
    family.pass_by()
    assert len(server.received) == 1


def test_r4_1_d_a_consent_withdrawn_while_the_letter_waited_stops_it(family: Family, server: MailServer) -> None:
    family.put("4")
    family.pass_by(minutes=40)
    diary.answer(family.child, family.mother, "withdrawn")
    family.pass_by(hours=8)
    assert server.received == []
    assert letters.counts().sent == 0


def test_children_of_one_parent_are_told_apart_by_name(family: Family, server: MailServer) -> None:
    sister = diary.make_child(family.journal.group, name="Вера")
    db.session.add(diary.Guardianship(parent_id=family.mother.id, student_id=sister.id))
    diary.answer(sister, family.mother, "agreed")
    family.put("н")
    diary.put(family.journal.works[2], sister, attendance="о")
    family.pass_by(minutes=3)
    text = text_of(server.received[0])
    assert text.index("Артём") < text.index("неуважительной")
    assert text.index("Вера") < text.index("опоздание")
    # What concerns the whole group comes once.
    diary.give(family.journal.lessons[1])
    family.pass_by(minutes=31)
    assert sum("§ 5" in line for line in told(family.mother)) == 1


def test_without_mail_nothing_waits_for_it(family: Family) -> None:
    write_to(family.mother)
    family.put("н4")
    family.pass_by(minutes=40)
    assert set(db.session.scalars(db.select(Notice.mail))) == {"none"}
    assert letters.counts().queued == 0


def test_to_who_has_no_working_address_nothing_waits(family: Family, server: MailServer) -> None:
    family.mother.email = None
    db.session.commit()
    family.put("н")
    family.pass_by(minutes=3)
    assert letters.counts().queued == 0
    assert len(told(family.mother)) == 1


def test_two_posts_at_once_tell_and_send_once(app: Flask, family: Family, server: MailServer) -> None:
    family.put("н")
    family.clock.shift(timedelta(minutes=3))
    with app.app_context():
        first = post.tick()
    with app.app_context():
        second = post.tick()
    assert (first, second) == (1, 0)
    assert len(server.received) == 1


def test_old_notices_are_removed(family: Family) -> None:
    family.put("4")
    family.pass_by(minutes=31)
    family.clock.shift(timedelta(days=46))
    assert notices.remove_old() == 2
    assert told(family.mother) == []
