"""What mail servers say and how they are named (R4.3.b)."""

import pytest

from ejournal.domain import smtp
from ejournal.domain.smtp import Server, SmtpUrlError, Verdict


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://localhost", Server("localhost", 25, False, False, "", "")),
        ("smtp://me:p%40ss@mail.example:2525?starttls", Server("mail.example", 2525, False, True, "me", "p@ss")),
        ("smtp://mail.example?starttls", Server("mail.example", 587, False, True, "", "")),
        ("smtps://me%40x.example:y@mail.example", Server("mail.example", 465, True, False, "me@x.example", "y")),
        ("smtp://me:x@127.0.0.1", Server("127.0.0.1", 25, False, False, "me", "x")),
    ],
)
def test_an_address_of_a_server_is_understood(url: str, server: Server) -> None:
    assert smtp.parse_url(url) == server


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", "smtp://mail.example:port"])
def test_a_wrong_one_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(SmtpUrlError, match="EJOURNAL_SMTP_URL"):
        smtp.parse_url(url)


def test_a_password_never_goes_unprotected_over_the_network() -> None:
    with pytest.raises(SmtpUrlError, match="без шифрования"):
        smtp.parse_url("smtp://me:secret@mail.example")


def test_people_see_the_server_without_its_password() -> None:
    shown = str(smtp.parse_url("smtp://me:secret@mail.example?starttls"))
    assert "secret" not in shown
    assert "mail.example:587, STARTTLS, пользователь me" in shown


@pytest.mark.parametrize(
    ("code", "text", "at_recipient", "verdict"),
    [
        (450, "4.2.0 try later", True, Verdict.LATER),
        (452, "4.3.1 no space", False, Verdict.LATER),
        (550, "5.1.1 unknown", True, Verdict.ADDRESS),
        (550, "unknown", True, Verdict.ADDRESS),
        (550, "5.7.1 policy", True, Verdict.REFUSED),
        (554, "spam", False, Verdict.REFUSED),
        (550, "5.1.1 unknown, said late", False, Verdict.ADDRESS),
        (554, "5.7.26 unauthenticated", False, Verdict.REFUSED),
    ],
)
def test_a_refusal_is_understood(code: int, text: str, at_recipient: bool, verdict: Verdict) -> None:
    assert smtp.verdict(code, text, at_recipient=at_recipient) is verdict


@pytest.mark.parametrize("text", ["a@b.ru", "имя@почта.рф", "a.b+c@d-e.example"])
def test_what_looks_like_an_address(text: str) -> None:
    assert smtp.is_address(text)


@pytest.mark.parametrize(
    "text", ["", "a", "a@b", "a b@c.ru", "a@b.ru, c@d.ru", "a@b.ru\nBcc: c@d.ru", "<a@b.ru>", "@b.ru"]
)
def test_what_does_not(text: str) -> None:
    assert not smtp.is_address(text)


def test_a_russian_domain_is_written_for_servers_in_ascii() -> None:
    assert smtp.wire("anna@почта.рф") == "anna@xn--80a1acny.xn--p1ai"
