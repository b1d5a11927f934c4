"""What was decided about somebody, told under the bell in the transaction that decides it (п. 4.3–4.5)."""

from collections.abc import Iterable

from ejournal import access
from ejournal.domain import absences, disputes
from ejournal.domain.absences import DECLINED
from ejournal.models import VERDICTS, AbsencePaper, Dispute, Lesson, TaskAnswer, Verdict
from ejournal.services import absence_form, mail, notices, settings
from ejournal.services.notices import News


def dispute(decided: Dispute) -> None:
    """The student and who reads the diary hear what a disputed mark came to; why is on the page."""
    words = f"обращение об оценке «{decided.mark}» {decided.phrase}: {disputes.STATES[decided.state]}"
    page = mail.path_of("disputes.show", dispute_id=decided.id)
    news = (
        News(
            reader, f"dispute:{decided.id}", f"{decided.course.discipline.title}, {words}", page, student, decided.state
        )
        for reader, student in _readers(decided.student_id)
    )
    notices.tell("dispute", news)


def paper(decided: AbsencePaper) -> None:
    """The family hears whether a document about absences was taken (п. 4.3)."""
    words = f"документ о пропусках: {absence_form.words(decided)}, {absences.STATES[decided.state]}"
    told = f"{words}: {decided.reason}" if decided.state == DECLINED else words
    page = mail.path_of("absences.family", student_id=decided.student_id)
    news = (
        News(reader, f"paper:{decided.id}", told, f"{page}#paper-{decided.id}", student, decided.state)
        for reader, student in _readers(decided.student_id)
    )
    notices.tell("paper", news)


def verdict(answer: TaskAnswer, lesson: Lesson) -> None:
    """The family hears that the teacher has looked at an answer to homework (п. 4.5)."""
    words = VERDICTS[Verdict(answer.verdict or "")]
    page = mail.path_of(
        "diary.lesson_homework",
        student_id=answer.student_id, lesson_id=answer.lesson_id, personal_task_id=answer.task_id,
    )  # fmt: skip
    about = f"{lesson.course.discipline.title}, ответ на задание от {lesson.date:%d.%m}: {words}"
    news = (
        News(reader, f"answer:{answer.id}", about, f"{page}#answers", student, answer.verdict or "")
        for reader, student in _readers(answer.student_id)
    )
    notices.tell("answer", news)


def sent(answer: TaskAnswer, lesson: Lesson, teachers: Iterable[int]) -> None:
    """The teachers hear that answers wait: one notice a task, new again with each answer."""
    page = mail.path_of(
        "journal.task_answers", course_id=lesson.course_id, lesson_id=lesson.id, personal_task_id=answer.task_id
    )
    key = f"answers:{lesson.id}:{answer.task_id or 0}"
    text = f"{lesson.course.title}: прислан ответ на задание от {lesson.date:%d.%m}"
    notices.tell("answer", [News(id_, key, text, page, None, str(answer.id)) for id_ in teachers])


def _readers(student_id: int) -> list[tuple[int, int]]:
    return access.readers_of([student_id], settings.today())
