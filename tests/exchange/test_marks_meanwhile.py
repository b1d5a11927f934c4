"""A list of marks that is entered while its teacher saves one (R4.2.g)."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta

import factories
from flask import Flask

from ejournal.exchange import importer
from ejournal.exchange.changes import Options
from ejournal.extensions import db
from ejournal.models import Cell, LogEntry, Role
from ejournal.services import cells, settings
from ejournal.services.cells import Entry
from ejournal.services.errors import ServiceError, StaleError

# Who is not kept waiting has saved long before.
MOMENT = 0.4


def test_r4_2_g_a_mark_saved_meanwhile_is_not_written_over_unseen(app: Flask) -> None:
    with app.app_context():
        journal = factories.make_journal(students=1, lessons=1, last=settings.today() - timedelta(days=1))
        chief = factories.viewer_of(factories.make_person("Приказова", (Role.SYSADMIN,)))
        teacher, student = factories.viewer_of(journal.teacher), journal.students[0]
        place = (student.id, journal.works[0].id)
        cells.record_cell(teacher, journal.course_id, Entry(*place, "3", None))
        head = f"Группа: {journal.group.title}, Операционные системы\n"
        table = f"{head}№;ФИО;{journal.lessons[0].date:%d.%m.%Y}\n1;{student.full_name};4\n".encode()
        plan = importer.plan("marks", table, "m.csv", actor=chief)
        assert [change.lines for change in plan.changes] == [("3 → 4",)]
        db.session.expunge_all()
    saves: list[Future[bool]] = []

    def save() -> bool:
        with app.app_context():
            try:
                return bool(cells.record_cell(teacher, journal.course_id, Entry(*place, "5", 1)))
            except StaleError:
                return False

    def progress(_done: int, _total: int) -> None:
        saves.append(pool.submit(save))
        wait(saves, MOMENT)

    with ThreadPoolExecutor(1) as pool, app.app_context():
        told = ""
        try:
            importer.apply_file("marks", table, "m.csv", Options(), plan.fingerprint(), chief, progress)
        except ServiceError as refused:
            told = refused.message
        was_entered = not told
        assert told in ("", importer.CHANGED)
        assert was_entered is not saves[0].result(), "one of them was told of the other"
        logged = db.select(LogEntry.before, LogEntry.after).where(LogEntry.subject == "cell").order_by(LogEntry.id)
        assert list(db.session.execute(logged)) == [("", "3"), ("3", "4" if was_entered else "5")]
        assert db.session.scalars(db.select(Cell.mark)).one() == ("4" if was_entered else "5")
