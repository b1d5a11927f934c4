"""The second step of signing in: the authenticator of an account and its codes on paper (п. 3.8-3.11)."""

from sqlalchemy import Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ejournal.extensions import Base
from ejournal.models.base import Id, Moment, now, ref


class SecondStep(Base):
    """The authenticator an account signs in with. `secret` is sealed with the installation's key (services/seal.py)."""

    __tablename__ = "second_step"
    __table_args__ = (UniqueConstraint("account_id"),)

    id: Mapped[Id]
    account_id: Mapped[int] = ref("account.id", ondelete="CASCADE")
    secret: Mapped[str] = mapped_column(String(250))
    confirmed_at: Mapped[Moment] = mapped_column(default=now)
    # The interval of the code used last: neither it nor an earlier one enters again.
    last_step: Mapped[int | None] = mapped_column(Integer)


class RecoveryCode(Base):
    """A code on paper for who has no telephone at hand: it enters once. Only its hash is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[Id]
    account_id: Mapped[int] = ref("account.id", ondelete="CASCADE", index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[Moment | None]
