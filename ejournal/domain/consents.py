"""Consents to the processing of personal data (п. 4.1; 152-ФЗ, ст. 9; ГК РФ, ст. 21, 26).

A minor's answer is a legal representative's; an adult answers alone. On reaching 18 a new answer is asked: what the
representative signed covers the data no longer. Nothing here asks the clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ejournal.domain.calendar import years_before

MAJORITY = 18
SOON_DAYS = 30

AGREED, REFUSED, WITHDRAWN = "agreed", "refused", "withdrawn"


class State(StrEnum):
    """Where the processing of a student's data, or a person's own wish, stands."""

    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ANEW = "anew"
    SILENT = "silent"

    @property
    def answered(self) -> bool:
        return self not in (State.ANEW, State.SILENT)


STATES: Mapping[State, str] = {
    State.AGREED: "согласие",
    State.REFUSED: "отказ",
    State.WITHDRAWN: "отозвано",
    State.ANEW: "нужно новое: исполнилось 18",
    State.SILENT: "ответа нет",
}


class Signer(StrEnum):
    """Who may answer about the processing of a student's data."""

    OWN = "own"
    GUARDIAN = "guardian"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer on record, in the order of entry. `own`: the student's; otherwise the representative `person` gave it
    (any stable name; one representative's later answer replaces that one's earlier)."""

    kind: str
    dated: date
    own: bool
    person: int | str = 0


def majority_day(birth: date) -> date:
    """The day from which somebody is of age (ГК РФ, ст. 21); who was born on 29 February: from 1 March."""
    try:
        return birth.replace(year=birth.year + MAJORITY)
    except ValueError:
        return date(birth.year + MAJORITY, 3, 1)


def is_adult(birth: date | None, on: date) -> bool:
    """Whether somebody is of age on a day; of whom no birth date is known, is not taken for an adult."""
    return birth is not None and birth <= years_before(on, MAJORITY)


def signer(birth: date | None, on: date) -> Signer:
    """Whose signature a consent of that day must bear; without a birth date either is believed."""
    if birth is None:
        return Signer.EITHER
    return Signer.OWN if is_adult(birth, on) else Signer.GUARDIAN


def may_sign(own: bool, birth: date | None, dated: date) -> bool:
    """Whether a paper of that date could be signed so."""
    wanted = signer(birth, dated)
    return wanted is Signer.EITHER or own == (wanted is Signer.OWN)


def processing(answers: Sequence[Answer], birth: date | None, on: date) -> State:
    """Where the processing of a student's data stands on a day.

    Of several representatives one who agrees is enough (СК РФ, ст. 64: each acts for the child); the last answer of
    each counts.
    """
    wanted = signer(birth, on)
    if wanted is Signer.OWN:
        own = [answer for answer in answers if answer.own]
        if own:
            return State(own[-1].kind)
        # A parent's answer given later is about the parent's own access only.
        return State.ANEW if any(is_minor_paper(answer, birth) for answer in answers) else State.SILENT
    counted = [answer for answer in answers if wanted is Signer.EITHER or not answer.own]
    return together(counted)


def is_minor_paper(answer: Answer, birth: date | None) -> bool:
    """Whether an answer was given for the student while a minor."""
    return not answer.own and not is_adult(birth, answer.dated)


def together(answers: Iterable[Answer]) -> State:
    """One state of the last answers of several people: agreed where one of them agrees, else what was said last."""
    last: dict[tuple[bool, int | str], Answer] = {}
    for answer in answers:
        last.pop((answer.own, answer.person), None)
        last[answer.own, answer.person] = answer
    if not last:
        return State.SILENT
    kinds = [answer.kind for answer in last.values()]
    return State.AGREED if AGREED in kinds else State(kinds[-1])


def comes_of_age(birth: date | None, on: date, within: int = SOON_DAYS) -> date | None:
    """The day of coming of age when it is ahead and no further than so many days."""
    if birth is None:
        return None
    day = majority_day(birth)
    return day if on < day <= on + timedelta(days=within) else None


def waiting_since(state: State, birth: date | None, came: date) -> date:
    """Since when an answer is waited for: since the student came, or since 18 where it is asked anew."""
    return max(came, majority_day(birth)) if state is State.ANEW and birth else came
