"""Whose diary a viewer may read (п. 2.1, 4.1, 4.5, 4.6): the student's own, a parent's children, the group led."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from ejournal.access.core import OVERSEERS, Viewer
from ejournal.access.dated import in_force
from ejournal.access.statements import reckoned
from ejournal.domain.calendar import years_before
from ejournal.domain.consents import AGREED, MAJORITY, REFUSED, WITHDRAWN
from ejournal.models import Consent, Curatorship, Enrollment, Guardianship, Person, Role

# Made once: putting an alias's columns together costs more than a query that uses them.
_Answer, _Last, _Later = aliased(Consent), aliased(Consent), aliased(Enrollment)


def diaries_of(viewer: Viewer, on: date) -> Select[Person]:
    """The students whose diary the viewer may open, in alphabetical order."""
    return select(Person).where(reads_diary(viewer, on)).order_by(Person.skey, Person.id)


def children_of(viewer: Viewer, on: date) -> Select[Person]:
    """The children a parent may read about, in alphabetical order."""
    return select(Person).where(_parent_reads(viewer, on)).order_by(Person.skey, Person.id)


def reads_diary(viewer: Viewer, on: date) -> ColumnElement[bool]:
    """The condition that the viewer may read the diary of the query's Person; nobody else's is ever loaded."""
    if viewer.holds(OVERSEERS):
        return exists().where(Enrollment.student_id == Person.id)
    allowed: list[ColumnElement[bool]] = [false()]
    if Role.STUDENT in viewer.roles:
        allowed.append(and_(Person.id == viewer.person_id, studies(on), ~declined(viewer.person_id)))
    if Role.PARENT in viewer.roles:
        allowed.append(_parent_reads(viewer, on))
    if Role.CURATOR in viewer.roles:
        allowed.append(_leader_reads(viewer, on))
    return or_(*allowed)


def led_by(viewer: Viewer, on: date) -> ColumnElement[bool]:
    """The condition that the viewer leads the query's Person's group (п. 4.3), or is administration."""
    if viewer.holds(OVERSEERS):
        return exists().where(Enrollment.student_id == Person.id)
    return _leader_reads(viewer, on) if Role.CURATOR in viewer.roles else false()


def _parent_reads(viewer: Viewer, on: date) -> ColumnElement[bool]:
    """Guardianship in force and the parent's own consent on record (п. 4.1); a child of age must have agreed too."""
    if Role.PARENT not in viewer.roles:
        return false()
    guards = exists().where(
        Guardianship.student_id == Person.id,
        Guardianship.parent_id == viewer.person_id,
        in_force(Guardianship, on),
    )
    return and_(guards, studies(on), parent_may_read(viewer.person_id, on))


def parent_may_read(parent_id: Any, on: date, child: Any = Person) -> ColumnElement[bool]:
    """The condition that the consents on record open a child, the query's Person or an alias of it, to a parent
    (п. 4.1)."""
    return and_(agreed(child.id, parent_id), or_(~is_of_age(on, child), agreed(child.id, child.id)))


def is_of_age(on: date, who: Any = Person) -> ColumnElement[bool]:
    """The condition that the query's Person answers for himself (152-ФЗ)."""
    return and_(who.birth_date.is_not(None), who.birth_date <= reckoned(on, of_age_since))


def of_age_since(day: date) -> date:
    """Who was born then or before answers for himself on the day."""
    return years_before(day, MAJORITY)


def agreed(student_id: Any, person_id: Any) -> ColumnElement[bool]:
    """The condition that the last answer on record of a person about a student's data is a consent."""
    return _last_is(student_id, person_id, (AGREED,))


def declined(student_id: Any) -> ColumnElement[bool]:
    """The condition that a student's own last answer is a refusal or a withdrawal (п. 4.1): no electronic access."""
    return _last_is(student_id, student_id, (REFUSED, WITHDRAWN))


def _last_is(student_id: Any, person_id: Any, kinds: tuple[str, ...]) -> ColumnElement[bool]:
    """What a representative signed who is not in the system stands under the student, and is not the student's own."""
    answer, last = _Answer, _Last
    newest = (
        select(func.max(last.id))
        .where(last.student_id == student_id, last.person_id == person_id, last.by_guardian.is_(False))
        .correlate_except(last)
        .scalar_subquery()
    )
    return exists().where(answer.id == newest, answer.kind.in_(kinds))


def studies(on: date, student_id: Any = Person.id) -> ColumnElement[bool]:
    """The condition that the query's Person is a student now, will be, or is on academic leave: who was expelled or
    graduated has no diary any more (the college gives statements on paper), whatever leave there was before."""
    back = exists().where(_Later.student_id == Enrollment.student_id, _Later.since > Enrollment.since)
    on_leave = and_(Enrollment.left_kind == "leave", ~back)
    return exists().where(
        Enrollment.student_id == student_id,
        or_(Enrollment.until.is_(None), Enrollment.until >= on, on_leave),
    )


def _leader_reads(viewer: Viewer, on: date) -> ColumnElement[bool]:
    """Of the groups the viewer leads now: who is in one, or left the college from it; not who went to another group."""
    later = _Later
    return exists().where(
        Enrollment.student_id == Person.id,
        Enrollment.group_id == Curatorship.group_id,
        Curatorship.person_id == viewer.person_id,
        in_force(Curatorship, on),
        ~exists().where(later.student_id == Enrollment.student_id, later.since > Enrollment.since, later.since <= on),
    )
