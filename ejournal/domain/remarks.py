"""Замечания по ведению журнала (п. 4.2): how a remark goes from hand to hand, in the words people see."""

from datetime import date

OPEN, ANSWERED, ACCEPTED, MENDED, WITHDRAWN = "open", "answered", "accepted", "mended", "withdrawn"
STATES = {
    OPEN: "ждёт исправления",
    ANSWERED: "исправлено, ждёт проверки",
    ACCEPTED: "выполнено",
    MENDED: "устранено само",
    WITHDRAWN: "снято",
}
BADGES = {OPEN: "late", ANSWERED: "info", ACCEPTED: "good", MENDED: "good", WITHDRAWN: ""}

# Days for mending that the form offers: the regulation names no number.
USUAL_DAYS = 3

# What the system remarks on by itself: lessons whose term of п. 4.4 has passed.
BARE, TOPIC, ATTENDANCE = "bare", "topic", "attendance"
AUTOMATIC = {
    BARE: "Занятие не заполнено: нет темы и отметки о проведении (п. 4.4).",
    TOPIC: "Не записана тема занятия (п. 4.4).",
    ATTENDANCE: "Не внесена посещаемость (п. 4.4).",
}

_NEXT = {
    "answer": ({OPEN}, ANSWERED),
    "accept": ({OPEN, ANSWERED}, ACCEPTED),
    "return": ({ANSWERED}, OPEN),
    "withdraw": ({OPEN, ANSWERED}, WITHDRAWN),
}


def after(state: str, verb: str, kind: str = "") -> str | None:
    """The state after answer, accept, return or withdraw; None where that can't be done.

    An automatic remark (`kind`) is answered by filling the lesson in: people can only withdraw it.
    """
    before, then = _NEXT[verb]
    if state not in before or (kind and verb != "withdraw"):
        return None
    return then


def is_overdue(state: str, due: date, today: date) -> bool:
    return state == OPEN and today > due


def done_note(state: str, answer: str, answered_on: date | None, decided_on: date | None) -> str:
    """«Отметка о выполнении» of the printed page."""
    if state == MENDED:
        return f"устранено {decided_on:%d.%m.%Y}" if decided_on else "устранено"
    parts = [f"{answer} ({answered_on:%d.%m.%Y})"] if answer and answered_on else []
    if state == ACCEPTED and decided_on:
        parts.append(f"выполнено {decided_on:%d.%m.%Y}")
    return "; ".join(parts)
