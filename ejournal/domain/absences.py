"""Documents about absences: what each asks of a cell, and how far a teacher's answer has come (п. 4.3, 4.4).

A curator registers a document; whether a cell changes is the teacher's to say. Nothing here knows dates of today or
databases: callers tell what a cell holds, whether the document covers its day, and what was put there because of it.
"""

from enum import StrEnum

from ejournal.domain.notation import ATTENDANCE

UNEXCUSED = "н"
# What a document may make of «н» (п. 4.4): illness, another good reason.
CODES = {code: ATTENDANCE[code] for code in ("б", "п")}


class Standing(StrEnum):
    """Where a document's request to one journal stands."""

    NOTHING = "nothing"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    AGAIN = "again"
    DECLINED = "declined"
    CLOSED = "closed"


STANDINGS = {
    Standing.NOTHING: "отмечать пока нечего",
    Standing.WAITING: "ждёт ответа",
    Standing.ACCEPTED: "принято",
    Standing.AGAIN: "принято раньше, появились новые отметки",
    Standing.DECLINED: "отклонено",
    Standing.CLOSED: "период закрыт: чтобы ответить, журнал открывают (п. 4.4)",
}


def wanted(attendance: str | None, granted: str | None, covered: bool, code: str) -> str | None:
    """The attendance code that a document asks for a cell, or None where it asks nothing.

    `granted`: the code put there because of this very document, if any; `covered`: the document is in force and its
    dates hold the day. What was put for another reason is never touched.
    """
    ours = granted in CODES and attendance == granted
    if not covered:
        return UNEXCUSED if ours else None
    if attendance == UNEXCUSED or (ours and attendance != code):
        return code
    return None


def standing(answer: str, asked: int, closed: int = 0) -> Standing:
    """The standing of a request by its stored answer («waiting», «accepted», «declined»), the number of lessons it
    asks to change now, and of those it would change if their period were not closed."""
    if answer == Standing.DECLINED:
        return Standing.DECLINED
    if closed and not asked:
        return Standing.CLOSED
    if answer == Standing.ACCEPTED:
        return Standing.AGAIN if asked else Standing.ACCEPTED
    return Standing.WAITING if asked else Standing.NOTHING


# The document itself: sent by the family, registered by the curator, or not taken; withdrawn when it was wrong.
SENT, REGISTERED, DECLINED, WITHDRAWN = "sent", "registered", "declined", "withdrawn"
STATES = {
    SENT: "ждёт подтверждения руководителя группы",
    REGISTERED: "зарегистрирован",
    DECLINED: "не принят",
    WITHDRAWN: "отозван",
}
# From which states each step of a document goes, and where to.
STEPS = {
    "confirm": (frozenset({SENT}), REGISTERED),
    "decline": (frozenset({SENT}), DECLINED),
    "correct": (frozenset({REGISTERED}), REGISTERED),
    "withdraw": (frozenset({REGISTERED}), WITHDRAWN),
    "remind": (frozenset({REGISTERED, WITHDRAWN}), None),
}


def may(step: str, state: str) -> bool:
    """Whether a step may be taken from a document's state."""
    return state in STEPS[step][0]
