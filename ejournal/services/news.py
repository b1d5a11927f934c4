"""Looking, a few times a minute, for what is new since the last look, and telling it (п. 4.2, 4.3, 4.6).

Nothing is told from the log: a change counts once it has stood for the hold, as it is then. Each change moves the
moment of its row forward and so begins the hold anew; a mark mistyped and mended within it is never told.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from ejournal.domain import notices as rules
from ejournal.extensions import db
from ejournal.models import Setting
from ejournal.models.base import now
from ejournal.services import news_lessons, news_marks, news_talk, settings

CURSOR = "notices.cursor"
# A transaction may be seen later than the moments in it: each look begins so much before the last one's end. What was
# told is known (models Told, Notice.key), so that nothing is told twice.
OVERLAP = timedelta(minutes=15)

# Who reads on the site meanwhile needs no letter.
TALK = timedelta(minutes=2)

Find = Callable[[datetime, datetime], int]


def collect() -> int:
    """Tell what has come about; how many notices. Commits. The first time nothing is: the past is no news."""
    moment = now()
    row = db.session.get(Setting, CURSOR, with_for_update=True, populate_existing=True)
    if row is None:
        settings.put(CURSOR, {name: moment.isoformat() for name in _sources()})
        db.session.commit()
        return 0
    done, told = dict(row.value), 0
    for name, (hold, find) in _sources().items():
        before = datetime.fromisoformat(done.get(name, moment.isoformat()))
        until = rules.horizon(before, moment, hold)
        told += find(before - OVERLAP, until)
        done[name] = until.isoformat()
    told += news_lessons.substitutions()
    row.value = done
    db.session.commit()
    settings.forget()
    return told


def _sources() -> dict[str, tuple[timedelta, Find]]:
    hold = timedelta(minutes=settings.get("notices.hold_minutes"))
    at_once = timedelta(minutes=settings.get("notices.absence_minutes"))
    return {
        "absence": (at_once, news_marks.absences),
        "mark": (hold, news_marks.marks),
        "period": (hold, news_marks.period_marks),
        "year": (hold, news_marks.year_marks),
        "homework": (hold, news_lessons.homework),
        "message": (TALK, news_talk.messages),
        "announcement": (TALK, news_talk.board),
    }
