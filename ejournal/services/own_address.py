"""One's own e-mail address: wished, and changed once its owner has opened the link sent there (п. 3.8)."""

from datetime import timedelta

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select

from ejournal.access import Viewer
from ejournal.domain import smtp
from ejournal.extensions import db
from ejournal.models import Account, AddressProof, Letter, Person
from ejournal.models.base import now
from ejournal.services import accounts, addresses, letters, log, mail
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError
from ejournal.services.letter_format import Content

KIND, CHANGED = "own-address", "address-changed"
LINK_HOURS = 24
EVERY = timedelta(minutes=2)
NO_LINK = "Ссылка уже использована, устарела или выдана другому человеку. Запросите новую в профиле."


def of(viewer: Viewer) -> tuple[addresses.Standing, AddressProof | None]:
    """The present address and what waits for its link."""
    return addresses.of([viewer.person_id])[viewer.person_id], _proof(viewer.person_id)


def wish(viewer: Viewer, address: str) -> None:
    """Send a link to the address; until it is opened nothing changes. Raises FieldsError, RefusedError."""
    address = address.strip()
    if not mail.is_ready():
        raise RefusedError("Почта в колледже не настроена: адрес меняет системный администратор.")
    if not smtp.is_address(address):
        raise FieldsError({"address": "Это не похоже на адрес: нужно имя@сервер.ru."})
    accounts.check_not_demo(db.session.get_one(Account, viewer.id))
    standing, proof = of(viewer)
    if standing.confirmed and standing.works and addresses.fold(address) == addresses.fold(standing.address):
        raise FieldsError({"address": "Этот адрес уже подтверждён."})
    moment = now()
    if proof is None:
        proof = AddressProof(person_id=viewer.person_id)
        db.session.add(proof)
    elif proof.wished_at and abs(moment - proof.wished_at) < EVERY:
        raise FieldsError({"address": "Письмо только что отправлено. Подождите две минуты и проверьте «Спам»."})
    proof.wished, proof.wished_at = address, moment
    # The person says it works: a refusal of long ago does not stand in the way.
    addresses.try_again(address)
    letters.add(KIND, f"own-address:{viewer.person_id}:{moment.timestamp()}", address, person_id=viewer.person_id)
    log.record(viewer, "mail", "create", after=f"подтверждение адреса {address}")
    db.session.commit()


def find(viewer: Viewer, token: str) -> AddressProof:
    """What a link confirms, for the very person it was sent to. Raises NotFoundError."""
    try:
        person_id, address = _serializer().loads(token, max_age=LINK_HOURS * 3600)
    except (BadSignature, ValueError, TypeError):
        raise NotFoundError(NO_LINK) from None
    proof = _proof(viewer.person_id)
    if person_id != viewer.person_id or proof is None or not proof.wished or proof.wished != address:
        raise NotFoundError(NO_LINK)
    return proof


def confirm(viewer: Viewer, token: str) -> str:
    """Make the address the person's own; the old one is told. Returns it. Raises NotFoundError."""
    proof = find(viewer, token)
    person = db.session.get_one(Person, viewer.person_id)
    before, address = person.email or "", proof.wished
    person.email = address
    proof.confirmed, proof.confirmed_at, proof.wished = addresses.fold(address), now(), ""
    about = {"person_id": person.id, "name": person.full_name}
    log.record(viewer, "person", "update", before=f"почта: {before or 'пусто'}", after=address, details=about)
    if smtp.is_address(before) and addresses.fold(before) != addresses.fold(address):
        text = (
            "Адрес почты вашей учётной записи в электронном журнале изменён. Если это сделали не вы, сообщите "
            "о компрометации на странице входа (п. 3.11)."
        )
        key = f"{CHANGED}:{person.id}:{now().timestamp()}"
        letters.add("plain", key, before, "Адрес почты изменён", text, person_id=person.id)
    db.session.commit()
    return address


def compose(letter: Letter) -> Content | None:
    """The link is made when the letter is sent: nothing secret is stored."""
    proof = _proof(letter.person_id or 0)
    if proof is None or proof.wished != letter.address:
        return None
    token = _serializer().dumps([proof.person_id, proof.wished])
    address = mail.link(mail.path_of("notices.confirm_address", address_proof=token))
    text = (
        "Этот адрес указан в профиле электронного журнала. Если это сделали вы, откройте ссылку и подтвердите его: "
        f"она действует {LINK_HOURS} часа. Если не вы, ничего не делайте."
    )
    return Content("Подтвердите адрес почты", [text], link=("Подтвердить адрес", address))


def _proof(person_id: int) -> AddressProof | None:
    return db.session.scalar(select(AddressProof).where(AddressProof.person_id == person_id))


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="own-address")
