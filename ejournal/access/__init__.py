"""Who may see and do what. One place; whatever is not allowed here is refused.

A view declares its permission with `permits(...)` or `public`; a request to a view without one is an error,
and a test walks every route. Objects are loaded through the viewer's scope, never by bare id.
"""

from ejournal.access.audiences import (
    ANNOUNCERS,
    PLANNERS,
    addressed,
    groups_concerned,
    groups_open,
    may_address,
    members,
    reaches_led,
    reaching,
    students_concerned,
)
from ejournal.access.core import (
    EVERYONE,
    LEADERS,
    OVERSEERS,
    SERVER,
    STAFF,
    Alive,
    Viewer,
    courses_seen_by,
    courses_taught_by,
    curates,
    ever_taught,
    gives,
    keeps,
    leads,
    load_viewer,
    permits,
    proven,
    public,
    sees,
    teaches,
    viewer_of,
)
from ejournal.access.dated import holding, in_force, lasting, running
from ejournal.access.diaries import children_of, diaries_of, led_by, reads_diary
from ejournal.access.disputes import disputes_of
from ejournal.access.entry import closed_to
from ejournal.access.jobs import jobs_of
from ejournal.access.readers import at_work, blocked, readers_of
from ejournal.access.remarks import answers_remark, asked_of, makes_remarks, remarks_of
from ejournal.access.statements import prepared

__all__ = [
    "ANNOUNCERS",
    "EVERYONE",
    "LEADERS",
    "OVERSEERS",
    "PLANNERS",
    "SERVER",
    "STAFF",
    "Alive",
    "Viewer",
    "addressed",
    "answers_remark",
    "asked_of",
    "at_work",
    "blocked",
    "children_of",
    "closed_to",
    "courses_seen_by",
    "courses_taught_by",
    "curates",
    "diaries_of",
    "disputes_of",
    "ever_taught",
    "gives",
    "groups_concerned",
    "groups_open",
    "holding",
    "in_force",
    "jobs_of",
    "keeps",
    "lasting",
    "leads",
    "led_by",
    "load_viewer",
    "makes_remarks",
    "may_address",
    "members",
    "permits",
    "prepared",
    "proven",
    "public",
    "reaches_led",
    "reaching",
    "readers_of",
    "reads_diary",
    "remarks_of",
    "running",
    "sees",
    "students_concerned",
    "teaches",
    "viewer_of",
]
