"""A group over all subjects, and one student, on paper: what their pages show (п. 3.7, 4.3)."""

from collections.abc import Mapping

from ejournal.access import Viewer
from ejournal.documents.issuing import Document, Sheet
from ejournal.domain import absences, consents, disputes
from ejournal.models import COMING, LEAVING
from ejournal.services import group_board, group_student, groups
from ejournal.services.errors import RefusedError
from ejournal.services.group_board import Board

GROUP, STUDENT = "group-view", "student-view"
# % of a lying page: the number, the name at least, four sums with mean, debts and risk.
NUMBER, NAME, SUMS = 3, 19, 24
WIDEST = 9
# More columns make the letters too small to read: they go to further sheets of like width.
MOST = 26


def of_group(actor: Viewer, group_id: int, asked: Mapping[str, str]) -> list[Document]:
    """What an address of the group's page asks for. Raises NotFoundError, RefusedError where nothing is there."""
    board = group_board.load(actor, group_id, asked)
    if not board.lines or not board.columns:
        raise RefusedError("Печатать нечего: в эти дни у группы занятий нет.")
    title = groups.title_on(board.group, board.frame.span[0])
    return [
        Document(
            title="Ведомость группы по всем дисциплинам",
            subtitle=f"группа {title}, {board.frame.title}",
            sheets=_sheets(board),
        )
    ]


def _sheets(board: Board) -> list[Sheet]:
    """The columns in sheets; sums, debts and risk stand on the last one."""
    count = -(-len(board.columns) // MOST)
    size = -(-len(board.columns) // count)
    sheets = []
    for number in range(count):
        part = range(number * size, min((number + 1) * size, len(board.columns)))
        last = number == count - 1
        room = 100 - NUMBER - NAME - (SUMS if last else 0)
        share = min(room / len(part), WIDEST)
        context = {
            "board": board,
            "part": list(part),
            "share": share,
            "name": 100 - NUMBER - (SUMS if last else 0) - share * len(part),
            "is_last": last,
            "heads": _heads(board, part),
            "pressing": [line for line in board.lines if line.pressing and not line.note],
        }
        sheets.append(Sheet("group_view.html", context, "landscape"))
    return sheets


def _heads(board: Board, part: range) -> list[tuple[object, int]]:
    """Days above the columns of a sheet, with how many they span."""
    heads: dict[object, int] = {}
    for number in part:
        day = board.columns[number].day
        if day:
            heads[day] = heads.get(day, 0) + 1
    return list(heads.items())


def of_student(actor: Viewer, group_id: int, student_id: int, shown: str) -> list[Document]:
    """Everything that the page of a student shows. Raises NotFoundError."""
    page = group_student.load(actor, group_id, student_id, shown)
    study = page.study
    context = {
        "study": study, "page": page, "consent_states": consents.STATES, "paper_states": absences.STATES,
        "dispute_states": disputes.STATES, "coming": COMING, "leaving": LEAVING,
    }  # fmt: skip
    return [
        Document(
            title="Сведения об обучающемся",
            subtitle=f"группа {study.group.title}, {study.chosen.title}",
            sheets=[Sheet("student_view.html", context)],
            subject_ids=[student_id],
        )
    ]
