"""Where a task stands for one student: sent, returned, accepted, late (п. 4.5)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class State(StrEnum):
    """NOT_SENT: nothing was sent, nor must it be; AWAITED: it must be; OVERDUE: it must, and the day has passed."""

    NOT_ASKED = "not-asked"
    NOT_SENT = "not-sent"
    AWAITED = "awaited"
    OVERDUE = "overdue"
    SENT = "sent"
    RETURNED = "returned"
    ACCEPTED = "accepted"


# In words, and the kind of badge that shows it.
WORDS = {
    State.NOT_ASKED: ("ответ не нужен", ""),
    State.NOT_SENT: ("ответ можно прислать", ""),
    State.AWAITED: ("нужен ответ", "info"),
    State.OVERDUE: ("ответ не прислан в срок", "bad"),
    State.SENT: ("отправлено, ждёт проверки", "info"),
    State.RETURNED: ("возвращено на доработку", "late"),
    State.ACCEPTED: ("принято", "good"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """`is_late`: what was sent came after the task's day, or did not come by it. `is_owed`: the student has yet to act
    on what is demanded and the day has passed."""

    state: State
    is_late: bool = False
    is_owed: bool = False

    @property
    def words(self) -> str:
        return WORDS[self.state][0]

    @property
    def kind(self) -> str:
        return WORDS[self.state][1]

    @property
    def is_sent(self) -> bool:
        """Whether the student has done her part: nothing more is expected of her now."""
        return self.state in (State.SENT, State.ACCEPTED)

    @property
    def is_answered(self) -> bool:
        """Whether an answer was sent: then it, not the student's own tick, says how the task stands."""
        return self.is_sent or self.state == State.RETURNED

    @property
    def takes_answers(self) -> bool:
        """Whether the student may send something (more): until it is accepted."""
        return self.state not in (State.NOT_ASKED, State.ACCEPTED)


def came_late(sent_on: date, due: date | None) -> bool:
    """Whether what was sent on a day came after the task's day, which itself is in time."""
    return due is not None and sent_on > due


def standing(mode: str, due: date | None, sent_on: date | None, verdict: str | None, today: date) -> Standing:
    """Where a task stands. `mode`: possible, required or none; `sent_on`, `verdict`: of the last round, if any.

    The task's day itself is in time. What was sent is shown even where no answer is needed (any more).
    """
    over = due is not None and today > due
    if sent_on is None:
        if mode == "none":
            return Standing(State.NOT_ASKED)
        if mode == "required":
            return Standing(State.OVERDUE if over else State.AWAITED, over, over)
        return Standing(State.NOT_SENT)
    late = came_late(sent_on, due)
    if verdict == "accepted":
        return Standing(State.ACCEPTED, late)
    if verdict == "returned":
        return Standing(State.RETURNED, late, mode == "required" and over)
    return Standing(State.SENT, late)
