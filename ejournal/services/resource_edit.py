"""Keeping the catalogue of resources (п. 2.3): administration edits, employees suggest, anybody tells of dead links."""

from dataclasses import dataclass

from sqlalchemy import select, update

from ejournal.access import OVERSEERS, STAFF, Viewer
from ejournal.domain.audiences import EVERYBODY, Choice, choice_of
from ejournal.domain.names import fold
from ejournal.domain.numbers import whole
from ejournal.domain.web_addresses import clean, host_of
from ejournal.extensions import db
from ejournal.models import RESOURCE_KINDS, DeadLink, Resource
from ejournal.models.base import now
from ejournal.services import audiences, log, resources
from ejournal.services.errors import FieldsError, ForbiddenError, RefusedError
from ejournal.services.resources import REFUSED, REMOVED, SHOWN, SUGGESTED, Line

TITLE, DESCRIPTION, TAG, MOST_TAGS, LAST = 200, 1000, 30, 8, 9999
DECISIONS = {"approve": SHOWN, "refuse": REFUSED}


@dataclass(frozen=True, slots=True)
class Typed:
    """A resource as it is written; tags with commas between. A smaller `ordinal` stands higher."""

    title: str = ""
    url: str = ""
    description: str = ""
    kind: str = "study"
    tags: str = ""
    ordinal: str = "100"
    choice: Choice = EVERYBODY


def create(actor: Viewer, typed: Typed) -> Resource:
    """Into the catalogue by administration; by other employees as a suggestion. Raises ForbiddenError, FieldsError."""
    if not actor.holds(STAFF):
        raise ForbiddenError("Ресурсы добавляют сотрудники колледжа.")
    url, tags = _check(actor, typed)
    state = SHOWN if actor.holds(OVERSEERS) else SUGGESTED
    made = Resource(suggested_by=actor.person_id, state=state, audience=audiences.keep(typed.choice))
    _fill(actor, made, typed, url, tags)
    db.session.add(made)
    db.session.flush()
    log.record(actor, "resource", "create" if state == SHOWN else "suggest", after=_words(made), details=_about(made))
    db.session.commit()
    return made


def change(actor: Viewer, resource_id: int, typed: Typed) -> Resource:
    """Raises ForbiddenError, NotFoundError, FieldsError."""
    resource = _to_edit(actor, resource_id).resource
    url, tags = _check(actor, typed, resource_id)
    before = _words(resource)
    _fill(actor, resource, typed, url, tags)
    audiences.keep(typed.choice, resource.audience)
    resource.updated_at = now()
    db.session.flush()
    log.record(actor, "resource", "update", before=before, after=_words(resource), details=_about(resource))
    db.session.commit()
    return resource


def decide(actor: Viewer, resource_id: int, decision: str) -> Resource:
    """Take a suggestion into the catalogue («approve») or not («refuse»). Raises as `change`, RefusedError."""
    resource = _to_edit(actor, resource_id).resource
    if decision not in DECISIONS:
        raise RefusedError("Выберите: в каталог или отклонить.")
    if resource.state != SUGGESTED:
        raise RefusedError("По этому предложению уже решено.")
    resource.state, resource.decided_by = DECISIONS[decision], actor.person_id
    log.record(
        actor, "resource", "publish" if decision == "approve" else "refuse", after=_words(resource),
        details=_about(resource),
    )  # fmt: skip
    db.session.commit()
    return resource


def remove(actor: Viewer, resource_id: int) -> None:
    """Out of the catalogue. Raises ForbiddenError, NotFoundError."""
    resource = _to_edit(actor, resource_id).resource
    resource.state, resource.decided_by = REMOVED, actor.person_id
    _close(actor, resource_id)
    log.record(actor, "resource", "delete", before=_words(resource), details=_about(resource))
    db.session.commit()


def tell_dead(viewer: Viewer, resource_id: int) -> None:
    """«Не открывается», once from each person until an editor has looked. Raises NotFoundError."""
    line = resources.load(viewer, resource_id)
    there = select(DeadLink.id).where(
        DeadLink.resource_id == resource_id, DeadLink.person_id == viewer.person_id, DeadLink.closed_at.is_(None)
    )
    if db.session.scalar(there) is None:
        db.session.add(DeadLink(resource_id=resource_id, person_id=viewer.person_id))
        log.record(viewer, "resource", "dead-link", after=_words(line.resource), details=_about(line.resource))
    db.session.commit()


def close_dead(actor: Viewer, resource_id: int) -> None:
    """An editor has looked: the link works, or was mended. Raises ForbiddenError, NotFoundError."""
    resource = _to_edit(actor, resource_id).resource
    _close(actor, resource_id)
    log.record(actor, "resource", "close", after=_words(resource), details=_about(resource))
    db.session.commit()


def typed_of(line: Line) -> Typed:
    """What the form of a change begins with."""
    row = line.resource
    return Typed(
        row.title, row.url, row.description, row.kind, ", ".join(row.tags), str(row.ordinal),
        choice_of(audiences.targets(row.audience)),
    )  # fmt: skip


def _to_edit(actor: Viewer, resource_id: int) -> Line:
    if not actor.holds(OVERSEERS):
        raise ForbiddenError("Каталог ведёт администрация.")
    return resources.load(actor, resource_id)


def _close(actor: Viewer, resource_id: int) -> None:
    db.session.execute(
        update(DeadLink)
        .where(DeadLink.resource_id == resource_id, DeadLink.closed_at.is_(None))
        .values(closed_at=now(), closed_by=actor.person_id)
    )


def _fill(actor: Viewer, resource: Resource, typed: Typed, url: str, tags: list[str]) -> None:
    resource.title, resource.url = " ".join(typed.title.split()), url
    resource.description, resource.kind, resource.tags = typed.description.strip(), typed.kind, tags
    # Where it stands in the catalogue is the editor's to say.
    resource.ordinal = int(typed.ordinal) if actor.holds(OVERSEERS) else 100
    resource.skey = fold(" ".join((resource.title, resource.description, *tags, host_of(url))))


def _check(actor: Viewer, typed: Typed, resource_id: int = 0) -> tuple[str, list[str]]:
    errors: dict[str, str] = {}
    if not typed.title.strip():
        errors["title"] = "Напишите название ресурса."
    elif len(typed.title.strip()) > TITLE:
        errors["title"] = f"Не длиннее {TITLE} знаков."
    if len(typed.description) > DESCRIPTION:
        errors["description"] = f"Не длиннее {DESCRIPTION} знаков."
    if typed.kind not in RESOURCE_KINDS:
        errors["kind"] = "Выберите: учёба или досуг."
    if actor.holds(OVERSEERS) and whole(typed.ordinal, most=LAST) is None:
        errors["ordinal"] = f"Целое число от 0 до {LAST}: меньшее стоит выше."
    if typed.choice.group_ids:
        errors["audience"] = "Ресурсы рекомендуют ролям, курсам и специальностям, не группам."
    elif wrong := audiences.check(actor, typed.choice, anybody=True):
        errors["audience"] = wrong
    url = clean(typed.url)
    if url is None:
        errors["url"] = "Укажите адрес сайта целиком, например https://resh.edu.ru. Годятся только http и https."
    elif _is_listed(url, resource_id):
        errors["url"] = "Этот адрес уже есть в каталоге или предложен."
    tags = _tags(typed.tags, errors)
    if errors or url is None:
        raise FieldsError(errors)
    return url, tags


def _is_listed(url: str, resource_id: int) -> bool:
    there = select(Resource.id).where(
        Resource.url == url, Resource.id != resource_id, Resource.state.in_((SHOWN, SUGGESTED))
    )
    return db.session.scalar(there.limit(1)) is not None


def _tags(text: str, errors: dict[str, str]) -> list[str]:
    found = list(dict.fromkeys(" ".join(part.split()).lower() for part in text.split(",") if part.strip()))
    if len(found) > MOST_TAGS or any(len(tag) > TAG for tag in found):
        errors["tags"] = f"Не больше {MOST_TAGS} меток, каждая не длиннее {TAG} знаков; между ними запятые."
    return found


def _about(resource: Resource) -> dict[str, int]:
    return {"resource_id": resource.id}


def _words(resource: Resource) -> str:
    return f"{resource.title}, {resource.url} ({audiences.words(resource.audience)})"
