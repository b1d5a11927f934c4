"""Writing and reading the log of changes (п. 4.2): who, when, what, from, to, why."""

from typing import Any, cast

from flask import has_request_context, request, session
from sqlalchemy import Table, insert

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import LogEntry
from ejournal.models.base import now
from ejournal.services import log_chain

# What an entry can be about, in the words people see.
SUBJECTS = {
    "cell": "отметка",
    "absence": "документ о пропусках",
    "dispute": "обращение об оценке",
    "lesson": "занятие",
    "work": "вид работы",
    "homework": "домашнее задание",
    "file": "файл",
    "personal-task": "личное задание",
    "answer": "ответ на задание",
    "owed": "несданная работа",
    "account": "учётная запись",
    "second-step": "второй шаг входа",
    "role": "роль",
    "person": "личные данные",
    "enrollment": "контингент",
    "plan": "тематический план",
    "year": "учебный год",
    "group": "группа",
    "curriculum": "учебный план",
    "individual": "индивидуальный план",
    "load": "нагрузка",
    "subgroup": "подгруппа",
    "bells": "звонки",
    "timetable": "расписание",
    "substitution": "замена",
    "exam": "расписание сессии",
    "consent": "согласие",
    "calendar": "адрес календаря",
    "guardianship": "законное представительство",
    "disclosure": "выписка уполномоченному органу",
    "subject-request": "запрос субъекта данных",
    "session": "сеанс",
    "export": "выгрузка списка",
    "log": "журнал изменений",
    "document": "документ",
    "setting": "настройка",
    "import": "загрузка списка",
    "period": "период",
    "period-mark": "оценка за период",
    "closing": "закрытие журнала",
    "debt": "академическая задолженность",
    "sheet": "ведомость",
    "remark": "замечание по ведению журнала",
    "sign-in": "вход",
    "compromise": "компрометация",
    "announcement": "объявление",
    "event": "событие",
    "resource": "ресурс",
    "mail": "почта",
    "bulletin": "письмо родителям",
    "message": "сообщение",
    "message-complaint": "жалоба на сообщение",
    "message-access": "доступ к переписке",
    "demo": "демонстрационные данные",
}

# Actions in the words people see; a word that is not here is shown as it is.
ACTIONS = {
    "in": "вошёл",
    "out": "вышел",
    "failure": "неверный пароль",
    "blocked": "вход заблокированного",
    "no-consent": "вход без согласия",
    "wrong-code": "неверный код",
    "recovery-code": "вход по резервному коду",
    "turn-on": "включено",
    "turn-off": "выключено",
    "reset": "сброшено",
    "new-codes": "новые резервные коды",
    "proof": "личность подтверждена",
    "record": "запись",
    "absence": "по документу (п. 4.3)",
    "dispute": "по обращению (п. 4.5)",
    "confirm": "подтверждено",
    "accept": "принято",
    "decline": "отклонено",
    "remind": "напоминание",
    "uphold": "оценка оставлена",
    "create": "создано",
    "update": "изменено",
    "delete": "удалено",
    "undo": "отмена",
    "fill": "заполнение столбца",
    "paste": "вставка из таблицы",
    "held": "проведено",
    "present": "все присутствуют",
    "import": "загрузка",
    "password": "новый пароль",
    "code": "выдан код активации",
    "activate": "активация",
    "block": "заблокировано",
    "unblock": "разблокировано",
    "grant": "роль назначена",
    "revoke": "роль снята",
    "withdraw": "отозвано",
    "publish": "опубликовано",
    "generate": "занятия созданы",
    "mode": "режим работы",
    "split": "деление на подгруппы",
    "join": "в поток",
    "leave": "из потока",
    "promote": "перевод на следующий курс",
    "release": "выпуск",
    "close": "закрыто",
    "open": "открыто",
    "copy": "скопировано",
    "attach": "привязано",
    "order": "приказ",
    "end": "завершено",
    "strike": "вычеркнуто",
    "answer": "ответ выдан",
    "export": "выгрузка",
    "print": "напечатано",
    "secure": "сеансы завершены",
    "acknowledge": "ознакомлен(а)",
    "cancel": "отменено",
    "suggest": "предложено",
    "refuse": "отклонено",
    "dead-link": "ссылка не открывается",
    "trial": "пробное письмо",
    "retry": "отправить ещё раз",
    "send": "отправлено",
    "view": "просмотрено",
    "return": "на доработку",
    "suggested": "выставлено предложенное",
    "unlock": "открыто для правки",
    "result": "результат пересдачи",
    "referral": "направление",
    "pause": "срок остановлен",
    "propose": "предложено исправление",
    "reject": "исправление отклонено",
    "mended": "исправлено",
}


def record(
    actor: Viewer | None,
    subject: str,
    action: str,
    *,
    before: str | None = None,
    after: str | None = None,
    **where: Any,
) -> int:
    """Add an entry to the current transaction; the caller commits. Returns its id.

    `where`: course_id, lesson_id, work_id, student_id, batch, undoes_id, reason, late, details.
    """
    return record_many(actor, subject, action, [{"before": before, "after": after, **where}])[0]


def record_many(actor: Viewer | None, subject: str, action: str, entries: list[dict[str, Any]]) -> list[int]:
    """Add entries that share actor, moment, subject and action. Returns their ids in order."""
    if subject not in SUBJECTS:
        raise ValueError(f"unknown subject {subject!r}")
    common = {
        "at": now(),
        "actor_id": actor.person_id if actor else None,
        "role": _role(),
        "address": request.remote_addr if has_request_context() else None,
        "client": request.headers.get("X-Client", "")[:32] or None if has_request_context() else None,
        "subject": subject,
        "action": action,
    }
    rows = [{**EMPTY, **common, **entry} for entry in entries]
    if len(rows) == 1:
        key = db.session.connection().execute(INSERT, rows[0]).inserted_primary_key
        assert key is not None
        ids = [key[0]]
    else:
        ids = list(db.session.scalars(insert(LogEntry).returning(LogEntry.id, sort_by_parameter_order=True), rows))
    log_chain.remember(ids, rows)
    return ids


# Past the ORM and put together once: every save writes one.
INSERT = cast(Table, LogEntry.__table__).insert()
EMPTY: dict[str, Any] = dict.fromkeys(
    (
        "course_id",
        "lesson_id",
        "work_id",
        "student_id",
        "batch",
        "undoes_id",
        "before",
        "after",
        "reason",
        "details",
    )
) | {"late": False}


def _role() -> str | None:
    return session.get("role") if has_request_context() else None
