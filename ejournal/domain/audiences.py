"""To whom something is addressed (п. 2.3): places that people hold, and targets that describe places with blanks.

An audience is several targets; a person is in it who holds a place that fits one of them. So «родители групп А и Б»
are two targets, «все» is one with nothing but blanks. A person with no place at all (a parent without a consent, an
expelled student) is in no audience, not even in «все».
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody is: a role, and where it is held in a group, that group with its course year and programme."""

    role: str
    group_id: int | None = None
    course_number: int | None = None
    programme_id: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """None: any."""

    role: str | None = None
    group_id: int | None = None
    course_number: int | None = None
    programme_id: int | None = None

    def fits(self, place: Place) -> bool:
        return (
            self.role in (None, place.role)
            and self.group_id in (None, place.group_id)
            and self.course_number in (None, place.course_number)
            and self.programme_id in (None, place.programme_id)
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """What an author ticked. Of one kind any will do, all kinds must fit: «обучающиеся, 2 курс, 09.02.07»."""

    roles: tuple[str, ...] = ()
    group_ids: tuple[int, ...] = ()
    courses: tuple[int, ...] = ()
    programme_ids: tuple[int, ...] = ()

    def targets(self) -> list[Target]:
        """One target for each combination; nothing ticked is everybody."""
        return [
            Target(*combined)
            for combined in product(
                self.roles or (None,), self.group_ids or (None,), self.courses or (None,), self.programme_ids or (None,)
            )
        ]


EVERYBODY = Choice()


def is_addressed(targets: Iterable[Target], places: Collection[Place]) -> bool:
    """Whether who holds these places is meant."""
    return any(target.fits(place) for target in targets for place in places)


def choice_of(targets: Sequence[Target]) -> Choice:
    """What was ticked to get these targets."""
    return Choice(
        tuple(dict.fromkeys(target.role for target in targets if target.role)),
        tuple(dict.fromkeys(target.group_id for target in targets if target.group_id)),
        tuple(dict.fromkeys(target.course_number for target in targets if target.course_number)),
        tuple(dict.fromkeys(target.programme_id for target in targets if target.programme_id)),
    )
