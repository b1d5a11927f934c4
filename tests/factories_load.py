"""Builders around the load: subgroups with lists, streams, bells."""

from datetime import time

from factories import Journal

from ejournal.extensions import db
from ejournal.models import Bell, BellSchedule, Course, Stream, Subgroup, SubgroupMember


def make_subgroup(journal: Journal, title: str, students: tuple[int, ...] = ()) -> Subgroup:
    """A subgroup with students by their place in the journal's list, since the year began."""
    subgroup = Subgroup(group_id=journal.group.id, title=title)
    db.session.add(subgroup)
    db.session.flush()
    for number in students:
        db.session.add(
            SubgroupMember(subgroup_id=subgroup.id, student_id=journal.students[number].id, since=journal.year.starts)
        )
    db.session.commit()
    return subgroup


def make_stream(*journals: Journal) -> Stream:
    stream = Stream(year_id=journals[0].year.id, title="Поток")
    db.session.add(stream)
    db.session.flush()
    for journal in journals:
        db.session.get_one(Course, journal.course_id).stream_id = stream.id
    db.session.commit()
    return stream


def make_bells(title: str, *starts: int, weekday: int | None = None, special: bool = False) -> BellSchedule:
    """Pairs of an hour that begin at those hours."""
    schedule = BellSchedule(title=title, weekday=weekday, special=special)
    db.session.add(schedule)
    db.session.flush()
    for pair, hour in enumerate(starts, 1):
        db.session.add(Bell(schedule_id=schedule.id, pair=pair, starts=time(hour), ends=time(hour + 1)))
    db.session.commit()
    return schedule
