"""The catalogue of resources: who edits, suggests, sees; dead links; nothing is ever opened (R2.3.integrate)."""

import socket
from typing import Any

import pytest
from factories import viewer_of
from factories_board import College, make_college, recommend
from flask import Flask

from ejournal.domain.audiences import Choice
from ejournal.extensions import db
from ejournal.models import DeadLink, LogEntry, Person, Resource
from ejournal.services import resource_edit, resources
from ejournal.services.errors import FieldsError, ForbiddenError, NotFoundError, RefusedError
from ejournal.services.resource_edit import Typed


@pytest.fixture
def college(in_app: Flask) -> College:
    return make_college()


def typed(**rest: Any) -> Typed:
    return Typed(**{"title": "Электронная школа", "url": "resh.edu.ru", "tags": "Видео, физика,видео", **rest})


def titles(who: Person, **rest: Any) -> list[str]:
    return [line.resource.title for line in resources.catalogue(viewer_of(who), **rest).lines]


def test_administration_adds_and_everybody_addressed_finds_it(college: College) -> None:
    made = resource_edit.create(viewer_of(college.director), typed(choice=Choice(roles=("student", "parent"))))
    assert (made.url, made.tags, made.state) == ("https://resh.edu.ru", ["видео", "физика"], "shown")
    assert titles(college.student) == titles(college.parent) == titles(college.director) == ["Электронная школа"]
    assert titles(college.journal.teacher) == []


def test_by_course_and_programme(college: College) -> None:
    recommend(college.director, Choice(roles=("student",), courses=(1,)), "Для первого")
    programme = college.other.group.programme_id or 0
    recommend(college.director, Choice(programme_ids=(programme,)), "Для специальности", url="https://a.example")
    assert titles(college.student) == ["Для первого"]
    assert titles(college.stranger) == ["Для специальности"]


@pytest.mark.parametrize("name", ["teacher", "curator"])
def test_employees_suggest_and_administration_decides(college: College, name: str) -> None:
    who = college.journal.teacher if name == "teacher" else college.curator
    made = resource_edit.create(viewer_of(who), typed(ordinal="1"))
    assert (made.state, made.ordinal) == ("suggested", 100)
    assert titles(college.student) == titles(who) == []
    assert [line.id for line in resources.waiting(viewer_of(who))] == [made.id]
    assert resources.waiting(viewer_of(college.stranger_curator)) == []
    with pytest.raises(ForbiddenError):
        resource_edit.decide(viewer_of(who), made.id, "approve")
    assert [line.id for line in resources.waiting(viewer_of(college.director))] == [made.id]
    resource_edit.decide(viewer_of(college.director), made.id, "approve")
    assert titles(college.student) == ["Электронная школа"]
    with pytest.raises(RefusedError):
        resource_edit.decide(viewer_of(college.director), made.id, "refuse")


def test_what_was_refused_is_in_no_catalogue(college: College) -> None:
    made = resource_edit.create(viewer_of(college.journal.teacher), typed())
    resource_edit.decide(viewer_of(college.director), made.id, "refuse")
    assert titles(college.director) == titles(college.student) == []
    assert resources.waiting(viewer_of(college.director)) == []


@pytest.mark.parametrize("name", ["student", "parent"])
def test_students_and_parents_neither_add_nor_edit(college: College, name: str) -> None:
    made, viewer = recommend(college.director), viewer_of(getattr(college, name))
    with pytest.raises(ForbiddenError):
        resource_edit.create(viewer, typed())
    with pytest.raises(ForbiddenError):
        resource_edit.change(viewer, made.id, typed())
    with pytest.raises(ForbiddenError):
        resource_edit.remove(viewer, made.id)


@pytest.mark.parametrize(
    ("rest", "wrong"),
    [
        ({"title": ""}, "title"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"kind": "fun"}, "kind"),
        ({"tags": "х" * 31}, "tags"),
        ({"tags": ",".join("абвгдежзи")}, "tags"),
        ({"ordinal": "первый"}, "ordinal"),
        ({"choice": Choice(group_ids=(1,))}, "audience"),
        ({"choice": Choice(roles=("nobody",))}, "audience"),
    ],
)
def test_what_is_wrong_is_said_by_the_field(college: College, rest: dict[str, Any], wrong: str) -> None:
    with pytest.raises(FieldsError) as refused:
        resource_edit.create(viewer_of(college.director), typed(**rest))
    assert set(refused.value.fields) == {wrong}


def test_an_address_is_listed_once(college: College) -> None:
    recommend(college.director)
    with pytest.raises(FieldsError) as refused:
        resource_edit.create(viewer_of(college.director), typed(url="https://resh.edu.ru"))
    assert set(refused.value.fields) == {"url"}


def test_it_is_found_by_words_tag_and_kind(college: College) -> None:
    recommend(college.director, tags=["видео", "учёба"], ordinal=2)
    recommend(college.director, title="Ёлки и кино", url="https://kino.example", tags=["видео"], ordinal=1)
    assert titles(college.student) == ["Ёлки и кино", "Электронная школа"]
    assert titles(college.student, text="ЕЛКИ") == titles(college.student, text="kino") == ["Ёлки и кино"]
    assert titles(college.student, tag="учёба") == ["Электронная школа"]
    assert titles(college.student, kind="leisure") == []
    assert resources.catalogue(viewer_of(college.student)).tags == [("видео", 2), ("учёба", 1)]


def test_a_dead_link_is_told_once_by_each_and_looked_at_by_administration(college: College) -> None:
    made = recommend(college.director)
    for who in (college.student, college.student, college.parent):
        resource_edit.tell_dead(viewer_of(who), made.id)
    assert [(line.dead, line.told) for line in resources.dead(viewer_of(college.director))] == [(2, False)]
    assert resources.load(viewer_of(college.student), made.id).told
    assert resources.dead(viewer_of(college.student)) == []
    with pytest.raises(ForbiddenError):
        resource_edit.close_dead(viewer_of(college.student), made.id)
    resource_edit.close_dead(viewer_of(college.director), made.id)
    assert resources.dead(viewer_of(college.director)) == []
    assert all(row.closed_by == college.director.id for row in db.session.scalars(db.select(DeadLink)))
    resource_edit.tell_dead(viewer_of(college.student), made.id)
    assert len(resources.dead(viewer_of(college.director))) == 1


def test_r2_1_c_a_link_not_addressed_is_not_there(college: College) -> None:
    made = recommend(college.director, Choice(roles=("teacher",)))
    for who in (college.student, college.parent):
        with pytest.raises(NotFoundError):
            resource_edit.tell_dead(viewer_of(who), made.id)


def test_every_step_is_in_the_log(college: College) -> None:
    director = viewer_of(college.director)
    made = resource_edit.create(viewer_of(college.journal.teacher), typed())
    resource_edit.decide(director, made.id, "approve")
    resource_edit.change(director, made.id, typed(title="Другое имя"))
    resource_edit.tell_dead(viewer_of(college.student), made.id)
    resource_edit.remove(director, made.id)
    entries = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "resource").order_by(LogEntry.id)).all()
    assert [entry.action for entry in entries] == ["suggest", "publish", "update", "dead-link", "delete"]
    assert "Электронная школа" in (entries[2].before or "")
    assert "Другое имя" in (entries[2].after or "")


def test_r2_1_b_the_server_never_opens_an_address(college: College, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    connect, look_up = socket.create_connection, socket.getaddrinfo
    monkeypatch.setattr(socket, "create_connection", lambda *what, **rest: asked.append(what) or connect(*what, **rest))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *what, **rest: asked.append(what) or look_up(*what, **rest))
    made = resource_edit.create(viewer_of(college.director), typed(url="https://resh.invalid"))
    resource_edit.tell_dead(viewer_of(college.student), made.id)
    resource_edit.change(viewer_of(college.director), made.id, typed(url="https://other.invalid"))
    assert not [what for what in asked if "invalid" in repr(what)]
    assert db.session.get_one(Resource, made.id).url == "https://other.invalid"
