"""Two people change one thing at the same time: neither's work is written over in silence."""

from collections.abc import Callable
from typing import Any

import pytest
from browser.conftest import Server
from factories import enroll, make_group, make_journal, make_person, make_year
from factories_individual import make_discipline
from factories_load import make_subgroup
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from ejournal.extensions import db
from ejournal.models import Group, Person, Role, SubgroupMember

pytestmark = pytest.mark.browser

OpenAs = Callable[..., Page]
OfTwo = Callable[[str], tuple[Page, Page]]
OTHERS = "Пока вы правили, здесь записали другое: "


@pytest.fixture
def of_two(open_as: OpenAs, world: Flask, browser: Browser) -> OfTwo:
    """The same page before two people who may change it, each in a browser of his own."""

    def of_two(path: str) -> tuple[Page, Page]:
        roles = (Role.ADMINISTRATION, Role.SYSADMIN)
        first, second = make_person("Первая", roles=roles), make_person("Второй", roles=roles)
        return open_as(first, path), open_as(second, path, browser.new_context(locale="ru-RU"))

    return of_two


def save(page: Page, button: str = "Сохранить") -> None:
    """Sent, and answered: the form is one that goes."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).first.click()


def stored(of: type[Any], id_: int) -> Any:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(of, id_)


def test_what_one_did_not_touch_stays_as_the_other_stored_it(of_two: OfTwo, world: Flask) -> None:
    person = make_person("Изменяева")
    mine, theirs = of_two(f"/admin/people/{person.id}")
    theirs.get_by_label("Телефон").fill("+7 900 000-00-00")
    save(theirs)
    mine.get_by_label("Должность").fill("методист")
    save(mine)
    expect(mine.get_by_label("Телефон")).to_have_value("+7 900 000-00-00")
    now = stored(Person, person.id)
    assert (now.post, now.phone) == ("методист", "+7 900 000-00-00")


def test_what_both_changed_is_told_and_stored_when_it_is_sent_again(of_two: OfTwo, world: Flask) -> None:
    person = make_person("Изменяева")
    mine, theirs = of_two(f"/admin/people/{person.id}")
    theirs.get_by_label("Должность").fill("заведующая")
    theirs.get_by_label("Телефон").fill("+7 900 111-11-11")
    save(theirs)
    mine.get_by_label("Должность").fill("методист")
    mine.get_by_role("button", name="Сохранить", exact=True).first.click()
    post = mine.get_by_label("Должность")
    expect(post).to_have_accessible_description(f"{OTHERS}заведующая. Сохраните ещё раз, если верно ваше.")
    expect(post).to_be_focused()
    expect(post).to_have_value("методист")
    expect(mine.get_by_label("Телефон")).to_have_value("+7 900 111-11-11")
    assert stored(Person, person.id).post == "заведующая"
    save(mine)
    assert stored(Person, person.id).post == "методист"


def test_the_same_typed_by_both_is_no_matter_to_ask_about(of_two: OfTwo, world: Flask) -> None:
    person = make_person("Изменяева")
    mine, theirs = of_two(f"/admin/people/{person.id}")
    for page in (theirs, mine):
        page.get_by_label("Должность").fill("методист")
        save(page)
    expect(mine.locator("[data-flash]", has_text="Сохранено.")).to_be_visible()


def test_a_choice_from_a_list_is_kept_and_told_in_its_words(of_two: OfTwo, world: Flask) -> None:
    year, _period = make_year()
    group, other = make_group(year=year), make_group(year=year)
    first, second = str(group.programme_id), str(other.programme_id)
    mine, theirs = of_two(f"/year/groups/{group.id}")
    theirs.get_by_label("Специальность").select_option(second)
    save(theirs)
    mine.get_by_label("Форма обучения").fill("заочная")
    save(mine)
    now = stored(Group, group.id)
    assert (now.study_form, now.programme_id) == ("заочная", int(second))
    theirs.reload()
    mine.get_by_label("Специальность").select_option("")
    save(mine)
    theirs.get_by_label("Специальность").select_option(first)
    theirs.get_by_role("button", name="Сохранить", exact=True).first.click()
    expect(theirs.locator(".stored-note")).to_contain_text(f"{OTHERS}не указана.")


def test_a_refused_form_is_still_compared_with_what_was_there_when_it_was_begun(
    of_two: OfTwo, world: Flask, server: Server
) -> None:
    programme = make_group(year=make_year()[0]).programme_id
    row = make_discipline(programme, "ОП.01", "op", {1: (20, None), 2: (30, None)})
    mine, theirs = of_two(f"/plans/{programme}/rows/{row.id}")
    mine.locator("[name=hours-2]").fill("много")
    save(mine)
    expect(mine.locator("[aria-invalid=true]").first).to_be_visible()
    theirs.locator("[name=hours-1]").fill("24")
    save(theirs)
    mine.locator("[name=hours-2]").fill("36")
    save(mine)
    mine.goto(mine.url.split("/plans/")[0] + f"/plans/{programme}/rows/{row.id}")
    expect(mine.locator("[name=hours-1]")).to_have_value("24")
    expect(mine.locator("[name=hours-2]")).to_have_value("36")


def test_what_the_other_removed_is_told_and_nothing_typed_is_lost(of_two: OfTwo, world: Flask) -> None:
    programme = make_group(year=make_year()[0]).programme_id
    row = make_discipline(programme, "ОП.01", "op", {1: (20, None)})
    watched, theirs = of_two(f"/plans/{programme}/rows/{row.id}")
    mine = watched.context.new_page()  # the 404 that is asked for here is a fault on any other page
    mine.goto(watched.url)
    theirs.on("dialog", lambda dialog: dialog.accept())
    save(theirs, "Убрать из плана")
    mine.get_by_label("Наименование").fill("Сети")
    mine.get_by_role("button", name="Сохранить", exact=True).first.click()
    expect(mine.locator(".toast-note", has_text="Этого больше нет")).to_be_visible()
    expect(mine.get_by_label("Наименование")).to_have_value("Сети")


def test_r4_2_c_ticks_of_a_student_who_came_meanwhile_are_not_taken_away(
    of_two: OfTwo, world: Flask, server: Server
) -> None:
    journal = make_journal(students=2, lessons=0)
    parts = [make_subgroup(journal, title) for title in ("первая", "вторая")]
    path = f"/load/groups/{journal.group.id}/subgroups?on={journal.year.starts.isoformat()}"
    mine, theirs = of_two(path)
    came = make_person("Новенькая")
    enroll(came, journal.group, journal.year.starts)
    db.session.commit()
    theirs.reload()
    theirs.locator(f"[name=member][value='{came.id}-{parts[0].id}']").check()
    theirs.locator(f"[name=member][value='{journal.students[0].id}-{parts[1].id}']").check()
    save(theirs, "Сохранить списки")
    mine.locator(f"[name=member][value='{journal.students[1].id}-{parts[0].id}']").check()
    save(mine, "Сохранить списки")
    db.session.rollback()
    members = db.session.execute(db.select(SubgroupMember.student_id, SubgroupMember.subgroup_id)).all()
    ours = {tuple(member) for member in members if member.subgroup_id in {part.id for part in parts}}
    assert ours == {
        (came.id, parts[0].id),
        (journal.students[0].id, parts[1].id),
        (journal.students[1].id, parts[0].id),
    }
