"""The guides for users that come with the program: read once, searched in memory."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from ejournal.domain import guide
from ejournal.domain.guide import Guide, Hit
from ejournal.models import Role

FOLDER = Path(__file__).resolve().parent.parent / "help"

# The guide of each role, in the order in which they are listed; «start» is for everybody.
EVERYBODY = "start"
OF_ROLE = {
    Role.TEACHER: "teacher",
    Role.CURATOR: "curator",
    Role.ADMINISTRATION: "administration",
    Role.SYSADMIN: "sysadmin",
    Role.STUDENT: "student",
    Role.PARENT: "parent",
}


@cache
def every() -> dict[str, Guide]:
    """All guides by name."""
    names = (EVERYBODY, *OF_ROLE.values())
    return {name: guide.read(name, (FOLDER / f"{name}.md").read_text(encoding="utf-8")) for name in names}


def ordered(roles: Sequence[Role]) -> list[Guide]:
    """The guides of a person's roles, then what everybody needs, then the others."""
    names = dict.fromkeys([*(OF_ROLE[role] for role in roles), EVERYBODY, *every()])
    return [every()[name] for name in names]


def find(query: str, roles: Sequence[Role]) -> list[Hit]:
    return guide.search(ordered(roles), query)


def place(anchor: str, roles: Sequence[Role]) -> tuple[str, str]:
    """Where a subject is explained to these roles: the guide's name and the anchor; («», «») where it is nowhere."""
    for one in ordered(roles):
        if one.section(anchor):
            return one.name, anchor
    return "", ""
