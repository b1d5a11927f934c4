"""Documents about absences: sent by the family, registered by the group's leader, corrected, withdrawn (п. 4.3).

Nothing here changes a cell: each teacher concerned is asked, and answers (absence_requests).
"""

from sqlalchemy import select

from ejournal.access import Viewer
from ejournal.domain import absences as rules
from ejournal.domain.absences import Standing
from ejournal.domain.consents import is_adult
from ejournal.domain.reasons import SHORTEST_REASON
from ejournal.extensions import db
from ejournal.models import AbsencePaper, Person, StoredFile
from ejournal.models.base import now
from ejournal.services import (
    absence_asking,
    absence_lessons,
    absence_papers,
    diary,
    files,
    log,
    news_decided,
    notify,
    settings,
)
from ejournal.services.absence_form import Form, check, take_in, words
from ejournal.services.errors import FieldsError, ForbiddenError, RefusedError
from ejournal.services.files import Upload

ONLY_GROWN = "Документ отправляет родитель или совершеннолетний обучающийся. Можно отдать его руководителю группы."


def register(actor: Viewer, student_id: int, form: Form, upload: Upload | None = None) -> int:
    """The group's leader enters a paper: the teachers concerned are asked at once. Returns its id.

    Raises NotFoundError, FieldsError, RefusedError.
    """
    if not student_id:
        raise FieldsError({"student_id": "Выберите обучающегося."})
    absence_papers.find_student(actor, student_id)
    check(form, student_id)
    paper = _new(actor, student_id, form, rules.REGISTERED, _kept(actor, upload))
    paper.decided_by, paper.decided_at = actor.person_id, now()
    _log(actor, paper, "create", after=words(paper))
    absence_asking.ask(paper)
    db.session.commit()
    return paper.id


def may_send(viewer: Viewer, student_id: int) -> str:
    """Why the viewer may not send a paper about the student, "" where she may. Raises NotFoundError."""
    opened = diary.load(viewer, student_id)
    if not opened.is_kin:
        raise ForbiddenError("Отправляет документы семья; руководитель группы регистрирует их сам (п. 4.3).")
    born = db.session.scalar(select(Person.birth_date).where(Person.id == student_id))
    return ONLY_GROWN if opened.is_own and not is_adult(born, settings.today()) else ""


def send(actor: Viewer, student_id: int, form: Form, upload: Upload | None) -> int:
    """A parent or an adult student sends a photo; it waits for the group's leader. Returns the paper's id.

    Raises NotFoundError, ForbiddenError, FieldsError, RefusedError.
    """
    refusal = may_send(actor, student_id)
    if refusal:
        raise ForbiddenError(refusal)
    # A parent's own statement, sent under the parent's own login, is the document itself.
    enough = upload or (form.kind == "statement" and actor.person_id != student_id)
    check(form, student_id, wrong=None if enough else {"scan": "Приложите фото или скан документа."})
    paper = _new(actor, student_id, form, rules.SENT, _kept(actor, upload))
    _log(actor, paper, "send", after=words(paper))
    person = db.session.get_one(Person, student_id)
    text = f"{person.full_name}: {words(paper)}"
    notify.add("absence-sent", absence_asking.leaders(student_id), "Прислан документ о пропусках", text)
    db.session.commit()
    return paper.id


def confirm(actor: Viewer, paper_id: int, form: Form) -> None:
    """Take what the family sent, corrected where the paper says otherwise; the teachers are asked.

    Raises NotFoundError, FieldsError, RefusedError.
    """
    paper = _to_step(actor, paper_id, "confirm")
    check(form, paper.student_id, besides=paper.id)
    before = words(paper)
    take_in(paper, form)
    paper.reached_since, paper.reached_until = paper.since, paper.until
    _decide(actor, paper, "confirm", "")
    news_decided.paper(paper)
    _log(actor, paper, "confirm", before=before, after=words(paper))
    absence_asking.ask(paper)
    db.session.commit()


def decline(actor: Viewer, paper_id: int, reason: str) -> None:
    """Don't take what the family sent; the sender reads why. Raises NotFoundError, FieldsError, RefusedError."""
    paper = _to_step(actor, paper_id, "decline")
    _decide(actor, paper, "decline", _reason(reason, "Напишите, почему документ не принят."))
    _log(actor, paper, "decline", before=words(paper), reason=paper.reason)
    news_decided.paper(paper)
    if paper.sent_by:
        text = f"{words(paper)}: {paper.reason}"
        title = "Документ о пропусках не принят"
        notify.add("absence-refused", [paper.sent_by], title, text, student_id=paper.student_id)
    db.session.commit()


def correct(actor: Viewer, paper_id: int, form: Form, reason: str) -> None:
    """Other dates, code or details; teachers are asked anew where it changes what they were asked.

    Raises NotFoundError, FieldsError, RefusedError.
    """
    paper = _to_step(actor, paper_id, "correct")
    check(form, paper.student_id, besides=paper.id)
    why = _reason(reason, "Напишите, что исправлено и почему: запись останется в журнале изменений.")
    before, asked = words(paper), (paper.code, paper.since, paper.until)
    take_in(paper, form)
    _log(actor, paper, "update", before=before, after=words(paper), reason=why)
    if asked != (paper.code, paper.since, paper.until):
        paper.reached_since = min(paper.reached_since, paper.since)
        paper.reached_until = max(paper.reached_until, paper.until)
        paper.corrected_at = now()
        absence_asking.ask(paper)
    db.session.commit()


def withdraw(actor: Viewer, paper_id: int, reason: str) -> None:
    """The paper was wrong: nothing is asked any more, and teachers who changed marks are asked to put «н» back.

    Raises NotFoundError, FieldsError, RefusedError.
    """
    paper = _to_step(actor, paper_id, "withdraw")
    _decide(actor, paper, "withdraw", _reason(reason, "Напишите, почему документ отзывается."))
    paper.corrected_at = now()
    _log(actor, paper, "withdraw", before=words(paper), reason=paper.reason)
    news_decided.paper(paper)
    absence_asking.ask(paper)
    db.session.commit()


def remind(actor: Viewer, paper_id: int) -> int:
    """Tell the teachers who have not answered once more; returns how many journals. Raises as `withdraw`."""
    paper = _to_step(actor, paper_id, "remind")
    concerns = absence_lessons.load([request.id for request in paper.requests])
    silent = [
        request
        for request in paper.requests
        if concerns[request.id].standing(request.answer) in (Standing.WAITING, Standing.AGAIN)
    ]
    if not silent:
        raise RefusedError("Напоминать некому: все преподаватели ответили, или отмечать пока нечего.")
    for request in silent:
        request.reminded_at = now()
    journals = [request.course_id for request in silent]
    absence_asking.tell(paper, journals, "Напоминание: документ о пропусках ждёт ответа")
    _log(actor, paper, "remind", after=f"{words(paper)}: журналов — {len(silent)}")
    db.session.commit()
    return len(silent)


def _to_step(actor: Viewer, paper_id: int, step: str) -> AbsencePaper:
    paper = absence_papers.find(actor, paper_id)
    # Two may decide at the same moment: the second waits for the first and reads what came of it.
    db.session.refresh(paper, with_for_update={"of": AbsencePaper})
    if not rules.may(step, paper.state):
        raise RefusedError(f"Документ {rules.STATES[paper.state]}: это действие уже невозможно. Обновите страницу.")
    return paper


def _new(actor: Viewer, student_id: int, form: Form, state: str, scan: StoredFile | None) -> AbsencePaper:
    paper = AbsencePaper(student_id=student_id, state=state, file=scan, sent_by=actor.person_id)
    take_in(paper, form)
    paper.reached_since, paper.reached_until = paper.since, paper.until
    db.session.add(paper)
    db.session.flush()
    return paper


def _kept(actor: Viewer, upload: Upload | None) -> StoredFile | None:
    if upload is None:
        return None
    db.session.rollback()  # nobody waits for the database while the file is written
    return files.keep(actor, upload)


def _decide(actor: Viewer, paper: AbsencePaper, step: str, reason: str) -> None:
    paper.state = rules.STEPS[step][1] or paper.state
    paper.decided_by, paper.decided_at, paper.reason = actor.person_id, now(), reason


def _reason(text: str, wanted: str) -> str:
    reason = text.strip()[:2000]
    if len(reason) < SHORTEST_REASON:
        raise FieldsError({"reason": wanted})
    return reason


def _log(
    actor: Viewer,
    paper: AbsencePaper,
    action: str,
    *,
    before: str | None = None,
    after: str | None = None,
    reason: str | None = None,
) -> None:
    """Kind, dates and code; never who issued the paper: it may tell of an illness."""
    log.record(actor, "absence", action, before=before, after=after, reason=reason, student_id=paper.student_id)
