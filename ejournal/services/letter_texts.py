"""What letters say. Most are put together when they are sent: from what is so then, for who may still know it."""

from collections.abc import Callable, Mapping

from ejournal.extensions import db
from ejournal.models import Account, Letter
from ejournal.services import bulletins, compromises, mail, notice_letters, notify, own_address, settings
from ejournal.services.control import letters as control_letters
from ejournal.services.letter_format import Content

ONLY_LINK = "Подробности — в журнале: откройте его, чтобы прочитать."


def compose(letter: Letter) -> Content | None:
    """None: there is nothing to tell any more, or the receiver may not know it. The caller commits."""
    return KINDS[letter.kind](letter)


def _plain(letter: Letter) -> Content:
    return Content(letter.subject, letter.text.split("\n\n"))


def _told(letter: Letter) -> Content | None:
    """What awaits an employee or a family: the names in it only where the college wants them in letters (152-ФЗ)."""
    if not notify.may_know(letter.person_id, letter.details):
        return None
    link = ("Открыть журнал", mail.link(mail.path_of("home.index")))
    words = letter.text.split("\n\n") if settings.get("mail.content") else [ONLY_LINK]
    return Content(letter.subject, words, link=link)


def _compromise(letter: Letter) -> Content | None:
    """Whose account it is stands in the register; in the letter only where the college wants it so."""
    if not notify.may_know(letter.person_id, letter.details):
        return None
    link = ("Открыть реестр", mail.link(mail.path_of("compromises.index")))
    if settings.get("mail.content"):
        return Content(letter.subject, letter.text.split("\n\n"), link=link)
    return Content(
        "Сообщение о компрометации", ["Внесено новое сообщение, подробности в реестре (п. 3.11)."], link=link
    )


def _compromise_link(letter: Letter) -> Content | None:
    """The one-time link; none for an account that was blocked meanwhile (п. 3.11)."""
    account = db.session.get(Account, (letter.details or {}).get("account_id", 0))
    if account is None or account.blocked_at:
        return None
    path = mail.path_of("compromises.link", proof=compromises.link_token(account))
    return Content(letter.subject, letter.text.split("\n\n"), link=("Задать новый пароль", mail.link(path)))


KINDS: Mapping[str, Callable[[Letter], Content | None]] = {
    "plain": _plain,
    notify.TOLD: _told,
    notify.COMPROMISE: _compromise,
    notify.LINK: _compromise_link,
    bulletins.KIND: bulletins.compose,
    notice_letters.KIND: notice_letters.compose,
    own_address.KIND: own_address.compose,
    control_letters.KIND: control_letters.compose,
}
