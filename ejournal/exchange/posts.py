"""Posts and relations in free words."""

import re

from ejournal.domain.names import fold
from ejournal.models import Role

_PART = re.compile(r"[,;+(]|\s/\s|\s+и\s+")
_TEACHER = re.compile(
    r"преподават|мастер (?:производств|п ?/? ?о)|мастер$|учител|"
    r"педагог(?!.*(?:психолог|организатор|библиотек|социальн))|концертмейстер|руководитель физ|физрук"
)
_ADMINISTRATION = re.compile(
    r"(?:(?:и\.? ?о\.?|врио) директора|директор(?!а)|завуч|"
    r"зам\w*\.? (?:директора|дир\.)(?!.*(?:хозяйств|ахч|ахр|безопасност))|"
    r"зав\w*\.? (?:отделени|учеб|практик|кафедр|очн|заочн)|начальник (?:учебн|отделени)|"
    r"руководитель (?:отделени|практик|филиал))"
)
_SYSADMIN = re.compile(r"(?:системный|сист\.?) админ|сисадмин|администратор (?:системы|сети|баз)")
_CURATOR = re.compile(r"куратор|классный рук|руководитель (?:учебной )?групп")


def roles_of(post: str) -> frozenset[Role]:
    """The roles a post gives. A post that says nothing of teaching or leading («бухгалтер») gives none.

    Leading a group is not a post but a fact about the group: it comes from the column of the group.
    """
    roles = set()
    for part in (piece.strip() for piece in _PART.split(fold(post))):
        if _ADMINISTRATION.match(part):
            roles.add(Role.ADMINISTRATION)
        # Only these very words: an administrator of the system may change everybody's data.
        if _SYSADMIN.match(part):
            roles.add(Role.SYSADMIN)
        if _TEACHER.search(part):
            roles.add(Role.TEACHER)
    return frozenset(roles)


def says_curator(post: str) -> bool:
    return bool(_CURATOR.search(fold(post)))


def relation(words: str) -> str:
    """«Мать », «МАМА» → as people say it, in small letters."""
    return " ".join(words.split()).lower()[:50]
