"""Where a person can be written to: the address, whether it works, whether its owner confirmed it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, delete, func, select

from ejournal.domain import smtp
from ejournal.extensions import db
from ejournal.models import AddressProof, BouncedAddress, Person

NONE, WRONG, BOUNCED, GOOD = "none", "wrong", "bounced", "good"
STATES = {
    NONE: "адреса нет",
    WRONG: "в адресе ошибка",
    BOUNCED: "адрес не принимает писем",
    GOOD: "",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """The address of a person and how it is; `error`: what the server said of it."""

    address: str
    state: str
    error: str = ""
    confirmed: bool = False

    @property
    def works(self) -> bool:
        return self.state == GOOD


def of(person_ids: Collection[int]) -> dict[int, Standing]:
    """Each person's, in one query."""
    rows = db.session.execute(
        select(Person.id, Person.email, BouncedAddress.error, AddressProof.confirmed)
        .outerjoin(BouncedAddress, BouncedAddress.address == func.lower(Person.email))
        .outerjoin(
            AddressProof, and_(AddressProof.person_id == Person.id, AddressProof.confirmed == func.lower(Person.email))
        )
        .where(Person.id.in_(person_ids))
    )
    return {row.id: _standing(row.email or "", row.error, bool(row.confirmed)) for row in rows}


def bounce(address: str, error: str) -> None:
    """Write there no more. Current transaction."""
    known = db.session.scalar(select(BouncedAddress).where(BouncedAddress.address == fold(address)))
    if known is None:
        db.session.add(BouncedAddress(address=fold(address), error=error))


def try_again(address: str) -> None:
    """Forget that an address did not work. Current transaction."""
    db.session.execute(delete(BouncedAddress).where(BouncedAddress.address == fold(address)))


def fold(address: str) -> str:
    """As addresses are compared: the database folds only Latin letters, and others are in no working address."""
    return address.strip().lower()


def _standing(address: str, error: str | None, confirmed: bool) -> Standing:
    if not address:
        return Standing("", NONE)
    if error is not None:
        return Standing(address, BOUNCED, error, confirmed)
    return Standing(address, GOOD if smtp.is_address(address) else WRONG, "", confirmed)
