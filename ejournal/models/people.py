"""Who there is: persons, their accounts and roles (п. 1.7)."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.domain.names import full_name, short_name, sort_key
from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, Moment, Title, now, ref


class Role(StrEnum):
    """The six kinds of user of п. 1.7."""

    ADMINISTRATION = "administration"
    SYSADMIN = "sysadmin"
    CURATOR = "curator"
    TEACHER = "teacher"
    STUDENT = "student"
    PARENT = "parent"

    @property
    def label(self) -> str:
        return ROLE_TITLES[self]


ROLE_TITLES = {
    Role.ADMINISTRATION: "Администрация",
    Role.SYSADMIN: "Системный администратор",
    Role.CURATOR: "Руководитель группы",
    Role.TEACHER: "Преподаватель",
    Role.STUDENT: "Обучающийся",
    Role.PARENT: "Родитель",
}


class Person(Base):
    """A student, a parent, an employee: one row however many roles. `skey` orders and finds (ё = е)."""

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_skey_birth", "skey", "birth_date"),)

    id: Mapped[Id]
    surname: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(100), default="")
    patronymic: Mapped[str] = mapped_column(String(100), default="")
    skey: Mapped[Title]
    birth_date: Mapped[Day | None]
    phone: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(250))
    snils: Mapped[str | None] = mapped_column(String(14), unique=True)
    post: Mapped[str | None] = mapped_column(String(250))
    created_at: Mapped[Moment] = mapped_column(default=now)

    account: Mapped["Account | None"] = relationship(back_populates="person")

    @classmethod
    def called(cls, surname: str, name: str = "", patronymic: str = "", **rest: object) -> "Person":
        """A new person with the sort key that belongs to the name."""
        return cls(surname=surname, name=name, patronymic=patronymic, skey=sort_key(surname, name, patronymic), **rest)

    def rename(self, surname: str, name: str, patronymic: str) -> None:
        self.surname, self.name, self.patronymic = surname, name, patronymic
        self.skey = sort_key(surname, name, patronymic)

    @property
    def full_name(self) -> str:
        return full_name(self.surname, self.name, self.patronymic)

    @property
    def short_name(self) -> str:
        return short_name(self.surname, self.name, self.patronymic)


class Account(Base):
    """How a person signs in. A password is only ever an argon2id hash (п. 3.8-3.10)."""

    __tablename__ = "account"

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id")
    username: Mapped[str] = mapped_column(String(100), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    activation_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    activation_expires_at: Mapped[Moment | None]
    # The code that was used last: who tries it again is told so.
    used_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    blocked_at: Mapped[Moment | None]
    # Every session remembers the one it began under: raising it ends all sessions of the account at once (п. 3.11).
    session_epoch: Mapped[int] = mapped_column(default=0)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment] = mapped_column(default=now)
    last_sign_in_at: Mapped[Moment | None]
    # Until when what updates of the program brought was seen; set at the first sign-in.
    updates_seen_at: Mapped[Moment | None]

    person: Mapped[Person] = relationship(back_populates="account")

    __table_args__ = (UniqueConstraint("person_id"),)


class UserSession(Base):
    """One browser in which an account is signed in. `id` is a random token in the session cookie.

    Open: not ended by its person, not older than the college allows, and of the account's present `session_epoch`.
    """

    __tablename__ = "user_session"

    id: Mapped[str] = mapped_column(String(43), primary_key=True)
    account_id: Mapped[int] = ref("account.id", ondelete="CASCADE", index=True)
    started_at: Mapped[Moment] = mapped_column(default=now)
    seen_at: Mapped[Moment] = mapped_column(default=now)
    address: Mapped[str] = mapped_column(String(64), default="")
    agent: Mapped[str] = mapped_column(String(250), default="")
    ended_at: Mapped[Moment | None]
    epoch: Mapped[int] = mapped_column(default=0, server_default="0")
    # When the person last proved who it is: by signing in, or by the password or code asked before something dangerous.
    proved_at: Mapped[Moment | None]
    # Signed in without the second step that this account must have: good for nothing but setting it up.
    limited: Mapped[bool] = mapped_column(default=False, server_default=false())


class RoleGrant(Base):
    """A role given to a person, with the order that gave it (п. 4.1)."""

    __tablename__ = "role_grant"
    __table_args__ = (
        UniqueConstraint("person_id", "role", "since"),
        CheckConstraint("until IS NULL OR until >= since", name="dates"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id")
    role: Mapped[Code]
    since: Mapped[Day]
    until: Mapped[Day | None]
    order_number: Mapped[str | None] = mapped_column(String(50))
    order_date: Mapped[Day | None]


class Guardianship(Base):
    """Whose parent or legal representative a person is (п. 4.6)."""

    __tablename__ = "guardianship"
    __table_args__ = (UniqueConstraint("parent_id", "student_id"),)

    id: Mapped[Id]
    parent_id: Mapped[int] = ref("person.id")
    student_id: Mapped[int] = ref("person.id", index=True)
    relation: Mapped[str] = mapped_column(String(50), default="")
    since: Mapped[Day | None]
    until: Mapped[Day | None]


class SignInFailure(Base):
    """A wrong password, kept to slow guessing down; in the database so that workers and restarts share it."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (
        Index("ix_sign_in_failure_username_at", "username", "at"),
        Index("ix_sign_in_failure_address_at", "address", "at"),
    )

    id: Mapped[Id]
    username: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[Moment]


class KnownAddress(Base):
    """An address an account has signed in from: guessing from elsewhere does not lock its owner out there."""

    __tablename__ = "known_address"
    __table_args__ = (UniqueConstraint("account_id", "address"),)

    id: Mapped[Id]
    account_id: Mapped[int] = ref("account.id", ondelete="CASCADE")
    address: Mapped[str] = mapped_column(String(64))
    last_at: Mapped[Moment]
