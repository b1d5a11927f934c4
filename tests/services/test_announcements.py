"""Announcements: who writes, who reads, what is asked anew, who has acknowledged (R2.3.communicate, R4.1.g)."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import factories_diary
import pytest
from factories import viewer_of
from factories_board import College, announce, make_college
from flask import Flask

from ejournal.domain.audiences import EVERYBODY, Choice
from ejournal.extensions import db
from ejournal.models import (
    Announcement,
    AnnouncementFile,
    AnnouncementReading,
    Curatorship,
    Guardianship,
    LogEntry,
    Person,
)
from ejournal.services import announcement_edit, announcement_readers, announcements, notice_board, settings
from ejournal.services.announcement_edit import Typed
from ejournal.services.errors import FieldsError, ForbiddenError, NotFoundError, RefusedError, StaleError
from ejournal.services.files import Upload

DAY = timedelta(days=1)


@pytest.fixture
def college(in_app: Flask) -> College:
    return make_college()


def titles(who: Person, **rest: object) -> list[str]:
    lines, _more = announcements.listing(viewer_of(who), **rest)  # type: ignore[arg-type]
    return [line.announcement.title for line in lines]


def write(author: Person, choice: Choice = EVERYBODY, **rest: object) -> Announcement:
    return announcement_edit.create(
        viewer_of(author),
        Typed(**{"title": "Собрание", "text": "Приходите", "choice": choice, **rest}),  # type: ignore[arg-type]
    )


def state(who: Person, made: Announcement) -> tuple[bool, bool]:
    line = announcements.load(viewer_of(who), made.id)
    return line.is_new, line.owes


# ── Who reads ───────────────────────────────────────────────────────────────
def test_r2_1_c_only_those_addressed_find_it(college: College) -> None:
    made = announce(college.curator, Choice(roles=("parent",), group_ids=(college.group_id,)))
    assert titles(college.parent) == titles(college.curator) == titles(college.director) == [made.title]
    for who in (college.student, college.stranger, college.stranger_curator, college.journal.teacher):
        assert titles(who) == []
        with pytest.raises(NotFoundError):
            announcements.load(viewer_of(who), made.id)


def test_r4_3_a_group_leader_reads_what_the_group_is_told(college: College) -> None:
    announce(college.director, Choice(roles=("parent",), group_ids=(college.group_id,)))
    assert titles(college.curator) == ["Вход по пропускам"]
    assert titles(college.stranger_curator) == []
    # She is not asked to read it herself: it is not addressed to her.
    assert notice_board.load(viewer_of(college.curator)).notices == []


def test_r4_1_f_a_parent_whose_consent_is_withdrawn_reads_nothing(college: College) -> None:
    made = announce(college.director)
    assert titles(college.parent) == [made.title]
    factories_diary.answer(college.student, college.parent, "withdrawn")
    assert titles(college.parent) == []
    with pytest.raises(NotFoundError):
        announcement_edit.acknowledge(viewer_of(college.parent), made.id, 1)


def test_it_is_shown_between_its_days_and_then_found_in_the_archive(college: College) -> None:
    today = settings.today()
    announce(college.director, title="Вчера", starts=today - 5 * DAY, ends=today - DAY)
    announce(college.director, title="Сегодня последний день", starts=today - 5 * DAY, ends=today)
    announce(college.director, title="Завтра", starts=today + DAY)
    assert titles(college.student) == ["Сегодня последний день"]
    assert titles(college.student, archive=True) == ["Вчера"]
    assert set(titles(college.director)) == {"Завтра", "Сегодня последний день"}


def test_pinned_ones_come_first(college: College) -> None:
    today = settings.today()
    announce(college.director, title="Старое", starts=today - 9 * DAY, pinned=True)
    announce(college.director, title="Новое")
    assert titles(college.student) == ["Старое", "Новое"]


@pytest.mark.parametrize("text", ["ПРОПУСК", "учебн част", "вход", "елкин", "Ёлкин"])
def test_it_is_found_whatever_the_case_and_the_letter_yo(college: College, text: str) -> None:
    announce(college.director, text="Пропуска выдаёт учебная часть, *Ёлкин*.")
    announce(college.director, title="Другое", text="Про кино")
    assert titles(college.student, text=text) == ["Вход по пропускам"]


def test_pages_follow_one_another(college: College) -> None:
    for number in range(announcements.PAGE_SIZE + 2):
        announce(college.director, title=f"Объявление {number:02}")
    first, more = announcements.listing(viewer_of(college.student))
    second, no_more = announcements.listing(viewer_of(college.student), page=2)
    assert (len(first), more, len(second), no_more) == (announcements.PAGE_SIZE, True, 2, False)


# ── Who writes ──────────────────────────────────────────────────────────────
def test_r4_3_b_a_curator_writes_to_the_own_group_only(college: College) -> None:
    write(college.curator, Choice(group_ids=(college.group_id,)))
    for choice in (EVERYBODY, Choice(group_ids=(college.other_id,)), Choice(courses=(1,))):
        with pytest.raises(FieldsError) as refused:
            write(college.curator, choice)
        assert "свою группу" in refused.value.fields["audience"]


@pytest.mark.parametrize("name", ["student", "parent"])
def test_students_and_parents_do_not_announce(college: College, name: str) -> None:
    with pytest.raises(ForbiddenError):
        write(getattr(college, name), Choice(group_ids=(college.group_id,)))
    with pytest.raises(ForbiddenError):
        write(college.journal.teacher, Choice(group_ids=(college.group_id,)))


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"title": " "}, "title"),
        ({"title": "х" * 201}, "title"),
        ({"text": ""}, "text"),
        ({"text": "х" * 10001}, "text"),
        ({"starts": "завтра"}, "starts"),
        ({"starts": "2026-11-20", "ends": "2026-11-19"}, "ends"),
        ({"ends": "2020-01-01", "starts": "2019-12-30"}, "ends"),
    ],
)
def test_what_is_missing_is_said_by_the_field(college: College, typed: dict[str, str], wrong: str) -> None:
    with pytest.raises(FieldsError) as refused:
        write(college.director, **typed)
    assert set(refused.value.fields) == {wrong}
    assert db.session.scalars(db.select(Announcement)).all() == []


def test_only_author_and_administration_change_and_take_down(college: College) -> None:
    made = write(college.curator, Choice(group_ids=(college.group_id,)))
    for who, error in (
        (college.student, ForbiddenError), (college.journal.teacher, ForbiddenError),
        (college.stranger_curator, NotFoundError),
    ):  # fmt: skip
        with pytest.raises(error):
            announcement_edit.withdraw(viewer_of(who), made.id)
    announcement_edit.withdraw(viewer_of(college.director), made.id)
    assert titles(college.student) == titles(college.student, archive=True) == []
    assert titles(college.curator, archive=True) == ["Собрание"]


def test_a_curator_of_another_group_now_changes_the_old_one_no_more(college: College) -> None:
    made = write(college.curator, Choice(group_ids=(college.group_id,)))
    db.session.execute(
        db.update(Curatorship).where(Curatorship.person_id == college.curator.id).values(group_id=college.other_id)
    )
    db.session.commit()
    with pytest.raises(ForbiddenError):
        announcement_edit.to_change(viewer_of(college.curator), made.id)


# ── Read, acknowledged, asked anew ──────────────────────────────────────────
def test_the_board_counts_what_was_not_read(college: College) -> None:
    made, viewer = announce(college.director), viewer_of(college.student)
    assert [notice.title for notice in notice_board.load(viewer).notices] == [made.title]
    assert notice_board.load(viewer).unread == 1
    announcement_edit.mark_seen(viewer, made.id)
    assert notice_board.load(viewer).notices == []
    assert state(college.student, made) == (False, False)
    assert notice_board.load(viewer_of(college.parent)).unread == 1


def test_a_pinned_one_stays_on_the_board_once_it_is_read(college: College) -> None:
    made, viewer = announce(college.director, pinned=True), viewer_of(college.student)
    announcement_edit.mark_seen(viewer, made.id)
    board = notice_board.load(viewer)
    assert ([notice.title for notice in board.notices], board.unread) == ([made.title], 0)


def test_seeing_is_not_acknowledging(college: College) -> None:
    made, viewer = announce(college.director, needs_ack=True), viewer_of(college.student)
    announcement_edit.mark_seen(viewer, made.id)
    assert state(college.student, made) == (True, True)
    line = announcement_edit.acknowledge(viewer, made.id, 1)
    assert line.acknowledged_at is not None
    assert state(college.student, made) == (False, False)
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.action == "acknowledge")).one()
    assert (entry.actor_id, entry.details) == (college.student.id, {"announcement_id": made.id, "version": 1})


def test_a_second_press_keeps_the_first_time(college: College) -> None:
    made, viewer = announce(college.director, needs_ack=True), viewer_of(college.student)
    first = announcement_edit.acknowledge(viewer, made.id, 1).acknowledged_at
    assert announcement_edit.acknowledge(viewer, made.id, 1).acknowledged_at == first
    assert db.session.scalars(db.select(AnnouncementReading)).one().acknowledged_at == first


def test_what_asks_for_nothing_is_not_acknowledged(college: College) -> None:
    made = announce(college.director)
    with pytest.raises(RefusedError):
        announcement_edit.acknowledge(viewer_of(college.student), made.id, 1)


def test_an_author_is_not_asked_to_read_the_own(college: College) -> None:
    made = announce(college.director, needs_ack=True)
    assert state(college.director, made) == (False, False)
    assert notice_board.load(viewer_of(college.director)).notices == []


@pytest.mark.parametrize("anew", [True, False])
def test_a_change_asks_anew_only_if_the_author_says_so(college: College, anew: bool) -> None:
    made, viewer = announce(college.director, needs_ack=True), viewer_of(college.student)
    announcement_edit.acknowledge(viewer, made.id, 1)
    typed = announcement_edit.typed_of(announcements.load(viewer_of(college.director), made.id))
    changed = Typed(typed.title, "Пропуск нужен и по субботам.", needs_ack=True, version=typed.version, ask_anew=anew)
    announcement_edit.change(viewer_of(college.director), made.id, changed)
    assert state(college.student, made) == (anew, anew)
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.action == "update")).one()
    assert "Возьмите" in (entry.before or "")
    assert "по субботам" in (entry.after or "")


def test_nobody_acknowledges_a_text_that_was_not_shown(college: College) -> None:
    made, viewer = announce(college.director, needs_ack=True), viewer_of(college.student)
    changed = Typed("Собрание", "Собрание отменено", needs_ack=True, version=1, ask_anew=True)
    announcement_edit.change(viewer_of(college.director), made.id, changed)
    with pytest.raises(StaleError, match="изменился"):
        announcement_edit.acknowledge(viewer, made.id, 1)
    assert state(college.student, made) == (True, True)
    announcement_edit.change(viewer_of(college.director), made.id, replace(changed, version=2, ask_anew=False))
    # A change that asks nobody anew leaves valid what was read before it: and that is the version kept.
    announcement_edit.acknowledge(viewer, made.id, 2)
    assert db.session.scalars(db.select(AnnouncementReading)).one().acknowledged_version == 2
    assert state(college.student, made) == (False, False)


def test_of_two_who_change_at_once_the_second_is_told(college: College) -> None:
    made = announce(college.director)
    typed = Typed("Первый", "текст", version=1)
    announcement_edit.change(viewer_of(college.director), made.id, typed)
    with pytest.raises(FieldsError) as refused:
        announcement_edit.change(viewer_of(college.director), made.id, Typed("Второй", "текст", version=1))
    assert set(refused.value.fields) == {"version"}


# ── Who has not yet ─────────────────────────────────────────────────────────
def test_r4_1_g_author_and_administration_see_who_has_not_acknowledged(college: College) -> None:
    choice = Choice(roles=("student", "parent", "teacher"))
    made = announce(college.director, choice, needs_ack=True)
    announcement_edit.acknowledge(viewer_of(college.parent), made.id, 1)
    found = announcement_readers.load(viewer_of(college.director), made.id)
    # Both teachers, both students, the parent.
    assert (found.waiting, found.done, found.is_whole) == (4, 1, True)
    own = next(part for part in found.parts if part.title == college.journal.group.title)
    assert [reader.role for reader in own.waiting] == ["обучающийся"]
    assert [reader.role for reader in own.done] == ["родитель"]
    assert own.done[0].acknowledged_at is not None
    assert found.parts[-1].title == "Сотрудники"
    assert len(found.parts[-1].waiting) == 2


def test_r4_3_a_curator_sees_the_list_of_the_own_group_alone(college: College) -> None:
    made = announce(college.director, Choice(roles=("student", "parent", "teacher")), needs_ack=True)
    found = announcement_readers.load(viewer_of(college.curator), made.id)
    assert [part.title for part in found.parts] == [college.journal.group.title]
    assert (found.waiting, found.is_whole) == (2, False)


def test_nobody_else_sees_the_list(college: College) -> None:
    made = announce(college.director, needs_ack=True)
    for who in (college.student, college.parent, college.journal.teacher):
        with pytest.raises(NotFoundError):
            announcement_readers.load(viewer_of(who), made.id)
    plain = announce(college.director)
    with pytest.raises(NotFoundError):
        announcement_readers.load(viewer_of(college.director), plain.id)


def test_a_parent_of_two_in_one_audience_counts_once(college: College) -> None:
    db.session.add(Guardianship(parent_id=college.parent.id, student_id=college.stranger.id))
    factories_diary.answer(college.stranger, college.parent, "agreed")
    made = announce(college.director, Choice(roles=("parent",)), needs_ack=True)
    found = announcement_readers.load(viewer_of(college.director), made.id)
    assert (found.waiting, len(found.parts)) == (1, 2)


# ── Files ───────────────────────────────────────────────────────────────────
def upload(name: str = "правила.txt", content: bytes = "Правила колледжа".encode()) -> Upload:
    return Upload(name, BytesIO(content))


def test_files_are_read_by_those_addressed_alone(college: College) -> None:
    typed = Typed("Правила", "Во вложении", choice=Choice(roles=("student",)))
    made = announcement_edit.create(viewer_of(college.director), typed, [upload()])
    file = db.session.scalars(db.select(AnnouncementFile)).one()
    assert announcements.download(viewer_of(college.student), made.id, file.id).name == "правила.txt"
    with pytest.raises(NotFoundError):
        announcements.download(viewer_of(college.parent), made.id, file.id)
    other = announce(college.director)
    with pytest.raises(NotFoundError):
        announcements.download(viewer_of(college.student), other.id, file.id)


def test_a_file_taken_off_is_read_no_more(college: College) -> None:
    director = viewer_of(college.director)
    made = announcement_edit.create(director, Typed("Правила", "Во вложении"), [upload()])
    file = db.session.scalars(db.select(AnnouncementFile)).one()
    announcement_edit.change(director, made.id, Typed("Правила", "Без вложения", version=1, removed=(file.id,)))
    with pytest.raises(NotFoundError):
        announcements.download(viewer_of(college.student), made.id, file.id)


def test_a_file_that_cannot_be_taken_leaves_nothing_behind(college: College) -> None:
    with pytest.raises(FieldsError) as refused:
        announcement_edit.create(viewer_of(college.director), Typed("Правила", "текст"), [upload(content=b"")])
    assert "пустой" in refused.value.fields["files"]
    assert db.session.scalars(db.select(Announcement)).all() == []
