"""Sending what is due: one connection, letter by letter, each step stored before the next (see letters.py)."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from ejournal.domain import notices
from ejournal.domain.smtp import Verdict
from ejournal.extensions import db, reading
from ejournal.models import Letter
from ejournal.models.base import now
from ejournal.services import addresses, letter_format, letter_texts, letters, mail
from ejournal.services.smtp_connection import Connection, RefusedError, ServerError, UncertainError

AT_ONCE = 100
# How it ended must be stored, however long somebody's import holds the database (each try 10 s).
TRIES, PAUSE = 30, 1.0

Result = TypeVar("Result")


def run(limit: int = AT_ONCE) -> int:
    """Send the letters that are due; how many went out. Without a server, or while it is out of reach, none."""
    letters.recover()
    with reading():
        trouble = mail.trouble()
        ready = mail.is_ready() and (trouble is None or trouble.is_over(now()))
        due = letters.due(limit) if ready else []
        db.session.rollback()
    return _Sender().send(due) if due else 0


class _Sender:
    """A run: the connection is opened for the first letter that has something to say."""

    def __init__(self) -> None:
        self.connection: Connection | None = None

    def send(self, due: list[int]) -> int:
        sent = 0
        try:
            for letter_id in due:
                letter = letters.claim(letter_id)
                if letter is not None:
                    sent += self._send(letter)
        except ServerError as error:
            mail.note_trouble(str(error))
        finally:
            if self.connection:
                self.connection.close()
        return sent

    def _send(self, letter: Letter) -> bool:
        try:
            made = _make(letter)
        except ValueError:
            _end(letter, RefusedError(Verdict.ADDRESS, "Такого адреса не бывает: проверьте его."))
            return False
        if made is None:
            letters.move(letter, "taken", state="dropped")
            return False
        try:
            done = self._open().deliver(*made, lambda: _about_to_send(letter))
        except ServerError:
            letters.move(letter, "taken", state="queued", claim="")
            raise
        except UncertainError as error:
            broken = str(error)[:500]
            _patiently(lambda: letters.move(letter, "sending", state="uncertain", error=broken))
            return False
        except RefusedError as error:
            refusal = error
            _patiently(lambda: _end(letter, refusal))
            return False
        if done:
            _patiently(lambda: letters.move(letter, "sending", state="sent", sent_at=now(), error=""))
        return done

    def _open(self) -> Connection:
        if self.connection is None:
            server = mail.server()
            assert server is not None
            self.connection = Connection(server)
            mail.note_well()
            db.session.commit()
        return self.connection


def _make(letter: Letter) -> tuple[str, str, bytes] | None:
    """Sender, receiver, text; None where nothing is to be told. The database is let go before the server is asked."""
    try:
        content = letter_texts.compose(letter)
        if content is None:
            return None
        message = letter_format.build(content, letter.address, letter.message_id, letter.created_at)
        return mail.sender(), letter.address, message
    finally:
        db.session.commit()


def _about_to_send(letter: Letter) -> bool:
    return letters.move(letter, "taken", state="sending")


def _end(letter: Letter, error: RefusedError) -> None:
    """What a refusal means for the letter and its address; nothing was handed over."""
    text = str(error)
    tries = letter.tries + 1
    wait = notices.retry_after(tries)
    before = _state(letter)
    if error.verdict is Verdict.LATER and wait:
        letters.move(letter, before, state="queued", claim="", tries=tries, not_before=now() + wait, error=text)
    elif error.verdict is Verdict.ADDRESS:
        addresses.bounce(letter.address, text)
        letters.move(letter, before, state="bounced", tries=tries, error=text)
    else:
        letters.move(letter, before, state="failed", tries=tries, error=text)


def _state(letter: Letter) -> str:
    """«taken», or «sending» where the text itself was refused."""
    state = db.session.scalar(db.select(Letter.state).where(Letter.id == letter.id))
    db.session.commit()
    return state or ""


def _patiently(store: Callable[[], Result]) -> Result:
    for left in reversed(range(TRIES)):
        try:
            return store()
        except OperationalError:
            db.session.rollback()
            if not left:
                raise
            time.sleep(PAUSE)
    raise AssertionError
