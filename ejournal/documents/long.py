"""What takes longer than two seconds, as work that a queue can run: everything it needs is in plain parameters.

`params` is what JSON holds, with `check_page`, the address printed on the documents: outside a request nobody knows it.
"""

from collections.abc import Mapping
from typing import Any

from ejournal.access import Viewer
from ejournal.documents import book, consent_form, group_journal, report, statement
from ejournal.documents.issuing import Printed, Progress, issue, quietly

# In one file: several minutes of a processor, beside the pages.
MOST_SHEETS = 400

Params = Mapping[str, Any]


def group_statements(actor: Viewer, params: Params, progress: Progress = quietly) -> Printed:
    """Everybody's statement of a group: `group_id`, `period_id`."""
    return issue(
        actor,
        statement.KIND,
        "Выписки группы",
        lambda: statement.of_group(actor, params["group_id"], params["period_id"]),
        params["check_page"],
        progress,
        MOST_SHEETS,
    )


def group_consent_forms(actor: Viewer, params: Params, progress: Progress = quietly) -> Printed:
    """A form of consent for everybody of a group: `group_id`."""
    return issue(
        actor,
        consent_form.KIND,
        "Согласия",
        lambda: consent_form.of_group(actor, params["group_id"]),
        params["check_page"],
        progress,
        MOST_SHEETS,
    )


def journal_book(actor: Viewer, params: Params, progress: Progress = quietly) -> Printed:
    """A journal: `course_id`, `period_id` (None: all that has begun)."""
    return issue(
        actor,
        book.KIND,
        "Журнал",
        lambda: book.of_course(actor, params["course_id"], params["period_id"]),
        params["check_page"],
        progress,
        MOST_SHEETS,
    )


def group_book(actor: Viewer, params: Params, progress: Progress = quietly) -> Printed:
    """A whole group: `group_id`, `year_id` (None: the running one), `period_id` (None: all that has begun)."""
    return issue(
        actor,
        group_journal.KIND,
        "Журнал группы",
        lambda: group_journal.of_group(actor, params["group_id"], params["year_id"], params["period_id"]),
        params["check_page"],
        progress,
        MOST_SHEETS,
    )


def big_report(actor: Viewer, params: Params, progress: Progress = quietly) -> Printed:
    """A report with many rows: `report`, its key, `given`, the arguments of its address, and the file's `name`."""
    return issue(
        actor,
        report.KIND,
        params["name"],
        lambda: report.of(actor, params["report"], params["given"]),
        params["check_page"],
        progress,
        MOST_SHEETS,
    )
