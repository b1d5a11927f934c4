"""What is read off a document about absences, and whether it can be (п. 4.3). A diagnosis is not asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from ejournal.domain import absences as rules
from ejournal.extensions import db
from ejournal.models import PAPER_KINDS, AbsencePaper
from ejournal.services import settings
from ejournal.services.absence_cover import span_words
from ejournal.services.errors import FieldsError

LONGEST = timedelta(days=366)
AHEAD = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Form:
    """What a paper says."""

    kind: str
    code: str
    since: date | None
    until: date | None
    number: str = ""
    issuer: str = ""


def check(form: Form, student_id: int, besides: int | None = None, wrong: Mapping[str, str] | None = None) -> None:
    """Raises FieldsError for what can't be stored; `wrong`: what the caller has found already; `besides`: the paper
    being corrected."""
    errors = dict(wrong or {})
    today = settings.today()
    if form.kind not in PAPER_KINDS:
        errors["kind"] = "Выберите, какой это документ."
    if form.code not in rules.CODES:
        errors["code"] = "Выберите: болезнь («б») или другая уважительная причина («п»)."
    if form.since is None or not today - LONGEST <= form.since <= today + AHEAD:
        errors["since"] = "Укажите первый день: не раньше года назад и не позже чем через три месяца."
    if form.until is None:
        errors["until"] = "Укажите последний день; если день один — тот же."
    elif form.since and not form.since <= form.until <= form.since + LONGEST:
        errors["until"] = "Последний день не может быть раньше первого или позже него больше чем на год."
    if len(form.number) > 50:
        errors["number"] = "Не длиннее 50 знаков."
    if len(form.issuer) > 250:
        errors["issuer"] = "Не длиннее 250 знаков."
    if not errors and _same(form, student_id, besides):
        errors["since"] = "Такой документ за эти дни уже внесён: второй раз его вносить не нужно."
    if errors:
        raise FieldsError(errors)


def take_in(paper: AbsencePaper, form: Form) -> None:
    """Put what was checked into the paper."""
    assert form.since is not None
    assert form.until is not None
    paper.kind, paper.code, paper.since, paper.until = form.kind, form.code, form.since, form.until
    paper.number, paper.issuer = " ".join(form.number.split()), " ".join(form.issuer.split())


def words(paper: AbsencePaper) -> str:
    """What log and notices say of a paper: kind, code and dates. Who issued it may tell of an illness."""
    year = f".{paper.until.year}"
    return f"{paper.kind_title}, «{paper.code}» {span_words(paper.since, paper.until)}{year}"


def _same(form: Form, student_id: int, besides: int | None) -> bool:
    found = db.session.scalars(
        select(AbsencePaper.id).where(
            AbsencePaper.student_id == student_id,
            AbsencePaper.kind == form.kind,
            AbsencePaper.code == form.code,
            AbsencePaper.since == form.since,
            AbsencePaper.until == form.until,
            AbsencePaper.state.in_((rules.SENT, rules.REGISTERED)),
        )
    )
    return any(paper_id != besides for paper_id in found)
