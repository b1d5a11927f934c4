"""Groups, their programme and their leader (п. 4.2)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ejournal.access import Viewer, in_force, lasting
from ejournal.domain import calendar
from ejournal.domain.names import normalize_group_title
from ejournal.domain.numbers import whole
from ejournal.extensions import db
from ejournal.models import Course, Curatorship, Group, Person, Programme, Role, RoleGrant
from ejournal.services import groups, log, settings
from ejournal.services.errors import FieldsError, NotFoundError


def find(group_id: int) -> Group:
    """Raises NotFoundError."""
    group = groups.find(group_id)
    if group is None:
        raise NotFoundError
    return group


def programmes() -> list[Programme]:
    return list(db.session.scalars(select(Programme).order_by(Programme.code)))


def curators(on: date) -> dict[int, Person]:
    """Who leads each group on a day."""
    rows = db.session.execute(
        select(Curatorship.group_id, Person)
        .join(Person, Person.id == Curatorship.person_id)
        .where(in_force(Curatorship, on))
        .order_by(Curatorship.since)
    )
    return {row[0]: row[1] for row in rows}


def save(actor: Viewer, group_id: int | None, form: Mapping[str, str]) -> Group:
    """Create or change a group; a new name goes into the journals of now, not of earlier years. Raises FieldsError."""
    group = find(group_id) if group_id else Group()
    before = _words(group) if group_id else None
    title = " ".join(form.get("title", "").split())
    errors: dict[str, str] = {}
    if not title or len(title) > 32:
        errors["title"] = "Назовите группу: до 32 знаков, например ИС-21."
    elif _namesake(title, group_id):
        errors["title"] = f"Группа «{title}» уже есть."
    admission = whole(form.get("admission_year", ""), *calendar.STARTS)
    if admission is None:
        errors["admission_year"] = "Укажите год поступления, например 2026."
    typed_years = form.get("years", "").strip()
    years = whole(typed_years, 1, calendar.MOST_YEARS)
    if typed_years and years is None:
        errors["years"] = f"Лет обучения — от 1 до {calendar.MOST_YEARS} или пусто: как у специальности."
    programme = form.get("programme_id", "")
    if programme and programme not in {str(row.id) for row in programmes()}:
        errors["programme_id"] = "Выберите специальность из списка."
    if errors or admission is None:
        raise FieldsError(errors)
    if group_id and group.title != title:
        _rename_journals(group, title)
    group.title, group.gkey = title, normalize_group_title(title)
    group.programme_id, group.admission_year = int(programme) if programme else None, admission
    group.years = years
    group.study_form = form.get("study_form", "").strip()[:32] or "очная"
    db.session.add(group)
    if before != _words(group):
        log.record(actor, "group", "update" if before else "create", before=before, after=_words(group))
    _commit(title)
    return group


def save_programme(actor: Viewer, form: Mapping[str, str]) -> Programme:
    """Add a programme: code, title, qualification, years of study. Raises FieldsError."""
    code, title = form.get("code", "").strip(), " ".join(form.get("title", "").split())
    errors: dict[str, str] = {}
    if not code or len(code) > 32:
        errors["code"] = "Укажите код, например 09.02.07."
    if not title:
        errors["programme_title"] = "Укажите название специальности или профессии."
    if db.session.scalar(select(Programme.id).where(Programme.code == code)):
        errors["code"] = f"Специальность {code} уже есть."
    years = whole(form.get("programme_years", "4"), 1, calendar.MOST_YEARS)
    if years is None:
        errors["programme_years"] = f"Лет обучения — от 1 до {calendar.MOST_YEARS}."
    if errors or years is None:
        raise FieldsError(errors)
    programme = Programme(code=code, title=title[:250], years=years)
    db.session.add(programme)
    log.record(actor, "group", "create", after=f"специальность {code} {title}")
    db.session.commit()
    return programme


def appoint_curator(actor: Viewer, group_id: int, person_id: int | None, since: date | None) -> None:
    """Who leads the group from a day on (nobody: None); whoever led it till then did so to the eve.

    Who was to lead it later does not: the group has one leader. Today's leader named once more changes nothing.
    """
    group, since = find(group_id), since or settings.today()
    person = db.session.get(Person, person_id) if person_id else None
    before = db.session.scalars(
        select(Curatorship)
        .where(Curatorship.group_id == group.id, lasting(Curatorship, since))
        .order_by(Curatorship.since, Curatorship.id)
    ).all()
    if _leads_already(person, before, since):
        return
    names = ", ".join(_led(row, since) for row in before)
    for row in before:
        if row.since >= since:
            db.session.delete(row)
        else:
            row.until = since - timedelta(days=1)
    if person:
        db.session.add(Curatorship(group_id=group.id, person_id=person.id, since=since))
        _grant_curator(person, since)
    log.record(
        actor, "group", "update", before=f"{group.title}, куратор: {names or 'нет'}",
        after=f"{person.full_name if person else 'нет'} с {since:%d.%m.%Y}",
    )  # fmt: skip
    db.session.commit()


def _leads_already(person: Person | None, before: Sequence[Curatorship], since: date) -> bool:
    """The page offers today's leader (or nobody) from today on: pressing its button as it stands is no word about who
    follows. A later day is chosen on purpose, and there the leader goes on instead of whoever was to follow."""
    today = settings.today()
    if since > today:
        on_and_on = [(row.person_id, row.until, row.since <= since) for row in before]
        return person is not None and on_and_on == [(person.id, None, True)]
    begun = [row for row in before if row.since <= today]
    kept = [row.person_id for row in begun if row.since <= since and (row.until is None or row.until >= today)]
    return len(begun) == len(kept) and kept == ([person.id] if person else [])


def _led(row: Curatorship, since: date) -> str:
    name = db.session.get_one(Person, row.person_id).full_name
    return f"{name} с {row.since:%d.%m.%Y}" if row.since > since else name


def _grant_curator(person: Person, since: date) -> None:
    held = select(RoleGrant).where(RoleGrant.person_id == person.id, RoleGrant.role == Role.CURATOR)
    if db.session.scalar(held.where(in_force(RoleGrant, since))) is None:
        same_day = db.session.scalar(held.where(RoleGrant.since == since))
        if same_day:
            same_day.until = None
        else:
            db.session.add(RoleGrant(person_id=person.id, role=Role.CURATOR, since=since))


def _namesake(title: str, group_id: int | None) -> bool:
    query = select(Group.id).where(Group.gkey == normalize_group_title(title), Group.id != (group_id or 0))
    return db.session.scalar(query) is not None


def _rename_journals(group: Group, title: str) -> None:
    """Journals of years that are over keep the name the group had then; later ones made under its name of now take
    the new one. One that is called otherwise kept the name of before the group went on to its next course."""
    for course in db.session.scalars(select(Course).where(Course.group_id == group.id)):
        if course.year.ends < settings.today():
            course.group_title = course.group_title or group.title
        elif course.group_title == group.title:
            course.group_title = title


def _commit(title: str) -> None:
    try:
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise FieldsError({"title": f"Группа «{title}» уже есть."}) from error


def _words(group: Group) -> str:
    programme = db.session.get(Programme, group.programme_id) if group.programme_id else None
    parts = [group.title, f"поступление {group.admission_year}", group.study_form]
    parts += [programme.code] if programme else []
    parts += [f"лет обучения {group.years}"] if group.years else []
    return ", ".join(parts)
