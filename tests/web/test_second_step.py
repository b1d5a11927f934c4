"""The second step of signing in: required of administrators, each code once, lost telephones (п. 3.8-3.11)."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from ejournal import upkeep
from ejournal.domain import second_step as codes
from ejournal.extensions import db
from ejournal.models import Account, LogEntry, Person, RecoveryCode, Role, SecondStep, UserSession
from ejournal.models.base import now
from ejournal.services import passwords
from web.signing import PASSWORD, MakeAccount, enter, token_in

SignIn = Callable[[Person], FlaskClient]


def key_on(page: str) -> str:
    found = re.search(r'class="code-value">([A-Z2-7 ]+)<', page)
    assert found, page
    return found[1].replace(" ", "")


def sealed_on(page: str) -> str:
    found = re.search(r'name="sealed"\s+value="([^"]+)"', page)
    assert found
    return found[1]


def present(key: str, later: int = 0) -> str:
    return codes.code_at(key, codes.step_of(now()) + later)


def turn_on(client: FlaskClient) -> tuple[str, list[str]]:
    """As a person does; returns the key in the telephone and the codes on paper."""
    page = client.get("/profile/second-step?new=1").text
    key = key_on(page)
    done = client.post("/profile/second-step", data={"sealed": sealed_on(page), "code": present(key)})
    assert done.status_code == 200, done.text
    return key, re.findall(r'<li class="code-value">([0-9A-Z-]{23})</li>', done.text)


def log_of(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        statement = select(LogEntry.subject, LogEntry.action).order_by(LogEntry.id)
        return [tuple(row) for row in db.session.execute(statement)]  # type: ignore[misc]


def password_only(client: FlaskClient, name: str = "anna") -> str:
    """Where the right password leads."""
    form = {"username": name, "password": PASSWORD, "next": "/profile"}
    return client.post("/login", data=form, environ_base={"REMOTE_ADDR": "192.0.2.10"}).location


def type_code(client: FlaskClient, code: str, target: str = "/profile") -> int:
    form = {"code": code, "next": target}
    return client.post("/login/code", data=form, environ_base={"REMOTE_ADDR": "192.0.2.10"}).status_code


def test_who_has_it_on_enters_with_password_and_code_only(
    app: Flask, client: FlaskClient, account: MakeAccount
) -> None:
    account()
    enter(client)
    key, paper = turn_on(client)
    assert len(set(paper)) == 10
    own = app.test_client()
    assert password_only(own).startswith("/login/code")
    assert own.get("/profile").status_code == 302, "the password alone opens nothing"
    assert type_code(own, "000000") == 401
    assert own.get("/profile").status_code == 302
    answer = own.post("/login/code", data={"code": present(key, 1), "next": "/profile"})
    assert answer.location == "/profile"
    assert own.get("/profile").status_code == 200
    said = log_of(app)
    assert ("second-step", "turn-on") in said
    assert ("second-step", "wrong-code") in said
    assert said[-1] == ("sign-in", "in")


def test_a_code_enters_once_whether_from_the_telephone_or_from_paper(
    app: Flask, client: FlaskClient, account: MakeAccount
) -> None:
    account()
    enter(client)
    key, paper = turn_on(client)
    first, second = app.test_client(), app.test_client()
    code = present(key, 1)
    password_only(first), password_only(second)
    assert type_code(second, present(key)) == 401, "the code that turned it on is used up"
    assert type_code(first, code) == 302
    assert type_code(second, code) == 401
    assert type_code(second, paper[3].lower()) == 302
    third = app.test_client()
    password_only(third)
    assert type_code(third, paper[3]) == 401
    assert "осталось: 9" in " ".join(second.get("/profile").text.split())


def test_a_code_without_a_password_just_typed_is_worth_nothing(
    app: Flask, client: FlaskClient, account: MakeAccount
) -> None:
    account()
    enter(client)
    key, _paper = turn_on(client)
    stranger = app.test_client()
    assert type_code(stranger, present(key, 1)) == 401
    assert stranger.get("/login/code").location.startswith("/login")
    slow = app.test_client()
    password_only(slow)
    with time_machine.travel(now() + timedelta(minutes=11)):
        answer = slow.post("/login/code", data={"code": present(key)})
        assert answer.status_code == 401
        assert "введите пароль ещё раз" in answer.text
    # A password changed meanwhile makes the first step worthless too.
    halfway = app.test_client()
    password_only(halfway)
    with app.app_context():
        db.session.execute(update(Account).values(session_epoch=Account.session_epoch + 1))
        db.session.commit()
    assert type_code(halfway, present(key, 1)) == 401


def test_guessing_codes_is_slowed_down_like_guessing_passwords(
    app: Flask, client: FlaskClient, account: MakeAccount
) -> None:
    account()
    enter(client)
    key, _paper = turn_on(client)
    thief = app.test_client()
    password_only(thief)
    assert {type_code(thief, f"{number:06}") for number in range(4)} == {401}
    answer = thief.post("/login/code", data={"code": present(key, 1)}, environ_base={"REMOTE_ADDR": "192.0.2.10"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_an_administrator_without_it_can_only_set_it_up(app: Flask, client: FlaskClient, account: MakeAccount) -> None:
    account("boss", Role.SYSADMIN)
    with app.app_context():
        db.session.execute(db.delete(SecondStep))
        db.session.commit()
    enter(client, "boss")
    for address in ("/", "/admin/", "/admin/people", "/profile", "/messages/"):
        assert client.get(address).location == "/profile/second-step", address
    assert client.post("/admin/people", data={"surname": "Чужой"}).location == "/profile/second-step"
    assert client.get("/messages/news", headers={"HX-Request": "true"}).status_code == 403
    assert "только со вторым шагом" in client.get("/profile/second-step").text
    assert client.get("/password").status_code == 200
    turn_on(client)
    assert client.get("/admin/").status_code == 200
    refused = client.post("/profile/second-step/ending")
    assert refused.status_code == 422
    assert "выключить его нельзя" in refused.text


def test_who_becomes_an_administrator_signs_in_again_and_sets_it_up(app: Flask, account: MakeAccount) -> None:
    account("boss", Role.SYSADMIN)
    new = account("berta")
    boss, berta = app.test_client(), app.test_client()
    enter(boss, "boss")
    enter(berta, "berta")
    boss.post(f"/admin/people/{new.person_id}/roles", data={"role": "sysadmin", "since": "2099-01-01"})
    assert berta.get("/profile").location.startswith("/login")
    enter(berta, "berta")
    assert berta.get("/").location == "/profile/second-step"


def test_demo_accounts_keep_to_their_password(client: FlaskClient, account: MakeAccount) -> None:
    account("admin", Role.SYSADMIN, is_demo=True)
    enter(client, "admin")
    assert client.get("/admin/").status_code == 200
    assert "не включается" in client.get("/profile/second-step").text
    assert client.post("/profile/second-step", data={"code": "123456"}).status_code == 422


def test_turning_it_on_ends_the_sessions_that_knew_only_the_password(app: Flask, account: MakeAccount) -> None:
    account()
    here, elsewhere = app.test_client(), app.test_client()
    enter(here), enter(elsewhere)
    turn_on(here)
    assert here.get("/profile").status_code == 200
    assert elsewhere.get("/profile").status_code == 302


def test_a_wrong_code_while_setting_up_keeps_the_key(client: FlaskClient, account: MakeAccount) -> None:
    account()
    enter(client)
    page = client.get("/profile/second-step").text
    refused = client.post("/profile/second-step", data={"sealed": sealed_on(page), "code": "000000"})
    assert refused.status_code == 422
    assert key_on(refused.text) == key_on(page)
    assert "Код не подошёл" in refused.text


def test_a_key_sealed_for_somebody_else_is_not_taken(app: Flask, account: MakeAccount) -> None:
    account("anna"), account("berta")
    anna, berta = app.test_client(), app.test_client()
    enter(anna), enter(berta, "berta")
    page = anna.get("/profile/second-step").text
    form = {"sealed": sealed_on(page), "code": present(key_on(page))}
    assert berta.post("/profile/second-step", data=form).status_code == 422
    for garbage in ("", "AAAA", "ы", "=" * 300):
        assert berta.post("/profile/second-step", data={**form, "sealed": garbage}).status_code == 422


def test_the_database_holds_neither_key_nor_codes(app: Flask, client: FlaskClient, account: MakeAccount) -> None:
    account()
    enter(client)
    key, paper = turn_on(client)
    with app.app_context():
        row = db.session.scalars(select(SecondStep)).one()
        hashes = db.session.scalars(select(RecoveryCode.code_hash)).all()
    assert key not in row.secret
    assert set(hashes) == {passwords.hash_code(code) for code in paper}
    page = client.get("/profile/second-step").text
    assert not any(code in page for code in paper)
    assert key not in page.replace(" ", "")


def test_new_codes_for_paper_replace_the_old_ones(app: Flask, client: FlaskClient, account: MakeAccount) -> None:
    account()
    enter(client)
    _key, paper = turn_on(client)
    new = re.findall(r"[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3}", client.post("/profile/second-step/codes").text)
    assert len(new) == 10
    own = app.test_client()
    password_only(own)
    assert type_code(own, paper[0]) == 401
    assert type_code(own, new[0]) == 302


def test_a_new_telephone_replaces_the_old_one(app: Flask, client: FlaskClient, account: MakeAccount) -> None:
    account()
    enter(client)
    old, _paper = turn_on(client)
    new, _paper = turn_on(client)
    own = app.test_client()
    password_only(own)
    assert type_code(own, present(old, 1)) == 401
    assert type_code(own, present(new, 1)) == 302


def test_it_can_be_taken_off_by_who_need_not_have_it(app: Flask, client: FlaskClient, account: MakeAccount) -> None:
    account()
    enter(client)
    turn_on(client)
    client.post("/profile/second-step/ending")
    assert enter(app.test_client()).location == "/"


def test_another_administrator_resets_it_with_a_reason_in_the_log(app: Flask, account: MakeAccount) -> None:
    boss, anna = account("boss", Role.SYSADMIN), account("anna")
    admin, own = app.test_client(), app.test_client()
    enter(admin, "boss"), enter(own)
    turn_on(own)
    address = f"/admin/people/{anna.person_id}/second-step/ending"
    assert admin.post(address, data={"reason": " "}).status_code == 422
    assert own.get("/profile").status_code == 200
    admin.post(address, data={"reason": "телефон утонул, приходила лично"})
    assert own.get("/profile").status_code == 302
    assert enter(app.test_client()).location == "/"
    with app.app_context():
        entry = db.session.scalars(select(LogEntry).where(LogEntry.action == "reset")).one()
        assert entry.reason == "телефон утонул, приходила лично"
        assert entry.actor_id == boss.person_id
    own_address = f"/admin/people/{boss.person_id}/second-step/ending"
    assert "в профиле" in admin.post(own_address, data={"reason": "просто так"}).text


def test_the_only_administrator_is_rescued_by_the_command_line(app: Flask, account: MakeAccount) -> None:
    account("boss", Role.SYSADMIN)
    client = app.test_client()
    enter(client, "boss")
    runner = app.test_cli_runner()
    done = runner.invoke(upkeep.rescue_command, ["boss", "--reason", "телефон потерян", "--code"])
    assert done.exit_code == 0, done.output
    assert client.get("/profile").status_code == 302
    link = re.search(r"/activate/(\S+)", done.output)
    assert link
    chosen = {"password": "three quiet words", "repeated": "three quiet words"}
    assert client.post(f"/activate/{link[1]}", data=chosen).status_code == 302
    assert client.get("/").location == "/profile/second-step"
    again = runner.invoke(upkeep.rescue_command, ["boss", "--reason", "телефон потерян"])
    assert again.exit_code != 0
    assert runner.invoke(upkeep.rescue_command, ["nobody", "--reason", "x"]).exit_code != 0


def test_another_secret_key_leaves_the_codes_on_paper(
    app: Flask, client: FlaskClient, account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy restored elsewhere without its secret_key."""
    account()
    enter(client)
    key, paper = turn_on(client)
    monkeypatch.setitem(app.config, "SECRET_KEY", "another installation")
    own = app.test_client()
    password_only(own)
    answer = own.post("/login/code", data={"code": present(key, 1)})
    assert "другой секретный ключ" in answer.text
    assert type_code(own, paper[0]) == 302


@pytest.mark.parametrize("way", ["activation", "compromise"])
def test_no_other_way_of_entering_goes_round_it(app: Flask, account: MakeAccount, way: str) -> None:
    made = account()
    client = app.test_client()
    enter(client)
    turn_on(client)
    thief = app.test_client()
    new = {"new": "three quiet words", "repeated": "three quiet words"}
    if way == "activation":
        from ejournal.services import accounts

        with app.app_context():
            code = accounts.issue_code(db.session.get_one(Account, made.id), None)
            db.session.commit()
        answer = thief.post(f"/activate/{code}", data={"username": "anna", "password": new["new"], **new})
    else:
        answer = thief.post("/compromise/password", data={"username": "anna", "old": PASSWORD, **new})
    assert answer.location.startswith("/login/code")
    assert thief.get("/profile").status_code == 302


def test_the_dialog_over_a_page_asks_for_the_code_too(app: Flask, account: MakeAccount) -> None:
    account()
    client = app.test_client()
    enter(client)
    key, _paper = turn_on(client)
    fragment = {"HX-Request": "true"}
    own = app.test_client()
    step = own.post("/login", data={"username": "anna", "password": PASSWORD}, headers=fragment)
    assert 'name="code"' in step.text
    assert "<html" not in step.text
    assert 'name="code"' in own.post("/login/code", data={"code": "1"}, headers=fragment).text
    done = own.post("/login/code", data={"code": present(key, 1)}, headers=fragment)
    assert "data-signed-in" in done.text


def stale(app: Flask) -> None:
    with app.app_context():
        db.session.execute(update(UserSession).values(proved_at=now() - timedelta(minutes=11)))
        db.session.commit()


@pytest.fixture
def boss(app: Flask, account: MakeAccount) -> FlaskClient:
    account("boss", Role.SYSADMIN)
    client = app.test_client()
    enter(client, "boss")
    return client


def test_something_dangerous_asks_again_who_it_is_and_loses_nothing_typed(
    app: Flask, account: MakeAccount, boss: FlaskClient
) -> None:
    anna = account()
    address = f"/admin/people/{anna.person_id}/roles"
    form = {"role": "curator", "order_number": '17-"к" <b>', "csrf_token": "x"}
    stale(app)
    asked = boss.post(address, data=form)
    assert asked.status_code == 403
    assert "Подтвердите, что это вы" in asked.text
    assert 'name="order_number" value="17-&#34;к&#34; &lt;b&gt;"' in asked.text
    assert "curator" not in roles_of(app, anna.person_id)
    wrong = boss.post(address, data={**form, "own_proof": "wrong password"})
    assert wrong.status_code == 422
    assert 'name="order_number"' in wrong.text
    assert "wrong password" not in wrong.text
    assert "curator" not in roles_of(app, anna.person_id)
    assert boss.post(address, data={**form, "own_proof": PASSWORD}).status_code == 302
    assert "curator" in roles_of(app, anna.person_id)
    # Good for ten minutes.
    assert boss.post(address, data={**form, "role": "administration"}).status_code == 302


def test_a_code_of_the_second_step_is_proof_too_and_only_once(
    app: Flask, client: FlaskClient, account: MakeAccount
) -> None:
    account()
    enter(client)
    key, _paper = turn_on(client)
    stale(app)
    code = present(key, 1)
    assert client.post("/profile/second-step/codes", data={"own_proof": code}).status_code == 200
    stale(app)
    assert client.post("/profile/second-step/codes", data={"own_proof": code}).status_code == 422


def test_proof_is_not_guessed(app: Flask, boss: FlaskClient) -> None:
    stale(app)
    tries = [boss.post("/admin/mail", data={"own_proof": f"guess {number}"}).status_code for number in range(6)]
    assert tries == [422] * 5 + [429]


def test_another_site_cannot_fill_in_what_is_then_confirmed(app: Flask, with_csrf: Flask, account: MakeAccount) -> None:
    account()
    client = with_csrf.test_client()
    token = token_in(client.get("/login"))
    enter(client, form={"csrf_token": token})
    stale(app)
    answer = client.post("/profile/second-step/ending", data={"x": "1"})
    assert answer.status_code == 400
    assert "Подтвердите" not in answer.text


DANGEROUS = {
    "admin.add_link",
    "admin.end_link",
    "admin.block_account",
    "admin.create_account",
    "admin.end_role",
    "admin.end_second_step",
    "admin.grant_role",
    "admin.rename_account",
    "admin.renew_code",
    "admin.save_security",
    "journal.unlock_period",
    "mail.save",
    "profile.confirm_second_step",
    "profile.end_second_step",
    "profile.renew_codes",
    "slips.reissue",
    "year.close_year",
}


def test_these_ask_again_who_it_is(app: Flask) -> None:
    assert {name for name, view in app.view_functions.items() if getattr(view, "proven", False)} == DANGEROUS


def roles_of(app: Flask, person_id: int) -> set[str]:
    from ejournal.models import RoleGrant

    with app.app_context():
        return set(db.session.scalars(select(RoleGrant.role).where(RoleGrant.person_id == person_id)))
