"""To whom an announcement, an event or a resource is addressed: what an author may tick, how it is kept and told."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import QueryableAttribute, joinedload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from ejournal import access
from ejournal.access import Viewer
from ejournal.domain.audiences import Choice, Target, choice_of
from ejournal.domain.calendar import academic_year
from ejournal.domain.words import sentence
from ejournal.extensions import db
from ejournal.models import Audience, AudienceTarget, Group, Programme, Role
from ejournal.services import groups, periods, settings
from ejournal.services.errors import FieldsError

ROLES = {
    Role.STUDENT: "обучающиеся",
    Role.PARENT: "родители",
    Role.TEACHER: "преподаватели",
    Role.CURATOR: "руководители групп",
    Role.ADMINISTRATION: "администрация",
    Role.SYSADMIN: "системные администраторы",
}
# Of whom a group is made: nobody else can be meant by «группа ИС-21».
ROLES_OF_GROUP = (Role.STUDENT, Role.PARENT, Role.TEACHER, Role.CURATOR)
MOST_GROUPS = 60


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be ticked. Without courses and programmes: own groups only, at least one of them."""

    roles: list[tuple[str, str]]
    groups: list[tuple[int, str]]
    courses: list[tuple[int, str]]
    programmes: list[tuple[int, str]]
    own_only: bool


def offer(viewer: Viewer, teaching: bool = False, anybody: bool = False) -> Offer:
    """What the viewer may address; `teaching`: the groups taught too; `anybody`: no groups, but everybody."""
    opened = None if anybody else access.groups_open(viewer, settings.today(), teaching)
    year = periods.current()
    found = groups.studying(year) if year else []
    if opened is not None:
        own = [(group.id, group.title) for group in found if group.id in opened]
        return Offer([(role.value, ROLES[role]) for role in ROLES_OF_GROUP], own, [], [], own_only=True)
    first = academic_year(settings.today())
    courses = sorted({group.course_number(first) for group in found})
    programmes = {group.programme.id: group.programme for group in found if group.programme}
    return Offer(
        [(role.value, title) for role, title in ROLES.items()],
        [] if anybody else [(group.id, group.title) for group in found],
        [(number, f"{number} курс") for number in courses],
        [(one.id, f"{one.code} {one.title}") for one in sorted(programmes.values(), key=lambda each: each.code)],
        own_only=False,
    )


def check(viewer: Viewer, choice: Choice, teaching: bool = False, anybody: bool = False) -> str | None:
    """Why the viewer can't address this audience, or None; the same keys as `offer`."""
    allowed = ROLES_OF_GROUP if choice.group_ids or choice.courses or choice.programme_ids else tuple(ROLES)
    if not set(choice.roles) <= set(ROLES):
        return "Отметьте роли из списка."
    opened = None if anybody else access.groups_open(viewer, settings.today(), teaching)
    if not access.may_address(choice, opened):
        return "Отметьте хотя бы одну свою группу: всему колледжу пишет администрация."
    if not set(choice.roles) <= set(allowed):
        return "Администрация и системные администраторы не входят в группы: снимите их роли или выбор групп и курсов."
    if choice.group_ids and (choice.courses or choice.programme_ids):
        return "Выберите либо группы, либо курсы и специальности: вместе они исключают друг друга."
    if len(choice.group_ids) > MOST_GROUPS:
        return "Групп слишком много: выберите курсы или весь колледж."
    known = (
        set(db.session.scalars(select(Group.id).where(Group.id.in_(choice.group_ids)))) if choice.group_ids else set()
    )
    if known != set(choice.group_ids):
        return "Такой группы нет: отметьте группы из списка."
    return _wrong_programme(choice)


def _wrong_programme(choice: Choice) -> str | None:
    if not choice.programme_ids:
        return None
    known = set(db.session.scalars(select(Programme.id).where(Programme.id.in_(choice.programme_ids))))
    return None if known == set(choice.programme_ids) else "Такой специальности нет: отметьте из списка."


def demand(viewer: Viewer, choice: Choice, teaching: bool = False) -> None:
    """Raises FieldsError where the viewer can't address this audience."""
    if wrong := check(viewer, choice, teaching):
        raise FieldsError({"audience": wrong})


def keep(choice: Choice, audience: Audience | None = None) -> Audience:
    """A new audience, or another choice for the one there is; the caller commits."""
    if audience is None:
        audience = Audience()
        db.session.add(audience)
    if audience.targets and choice_of(targets(audience)) == choice:
        return audience
    audience.targets[:] = [_row(target) for target in choice.targets()]
    return audience


def _row(target: Target) -> AudienceTarget:
    return AudienceTarget(
        role=target.role, group_id=target.group_id, course_number=target.course_number,
        programme_id=target.programme_id,
    )  # fmt: skip


def targets(audience: Audience) -> list[Target]:
    return [row.target for row in audience.targets]


def may_change(viewer: Viewer, author_id: int, audience: Audience, opened: set[int] | None) -> bool:
    """Whether something addressed is the viewer's to change: administration's always; the author's, while the audience
    is one that may be addressed (`opened`: access.groups_open)."""
    if viewer.holds(access.OVERSEERS):
        return True
    return author_id == viewer.person_id and access.may_address(choice_of(targets(audience)), opened)


def loaded(of: QueryableAttribute[Audience]) -> _AbstractLoad:
    """The loading of audiences with what `words` needs: one query for all of them."""
    rows = joinedload(of).selectinload(Audience.targets)
    return rows.options(joinedload(AudienceTarget.group), joinedload(AudienceTarget.programme))


def words(audience: Audience) -> str:
    """«Родители · ИС-21, ИС-22», «Обучающиеся, преподаватели · 2 курс», «Все»."""
    choice = choice_of(targets(audience))
    who = ", ".join(ROLES[role] for role in ROLES if role in choice.roles)
    titles = {row.group.title: None for row in audience.targets if row.group}
    codes = {row.programme.code: None for row in audience.targets if row.programme}
    parts = [sentence(who) or "Все", _listed(list(titles))]
    parts.append(f"{_listed([str(number) for number in choice.courses])} курс" if choice.courses else "")
    parts.append(_listed(list(codes)))
    return " · ".join(filter(None, parts))


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)
