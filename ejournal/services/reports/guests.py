"""Journals of other groups in which students of a report's group study by individual plans (п. 4.2)."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import select

from ejournal.extensions import db
from ejournal.models import Course, Group
from ejournal.services import periods
from ejournal.services.reports.scope import Scope, journals_where


def widened(scope: Scope, group_id: int, course_ids: Collection[int]) -> Scope:
    """The scope of one group with journals of others: of the group's days, and of their own period with its number, for
    that may have other dates. Who sees the group sees what its students are given elsewhere. Two queries, if any."""
    wanted = set(course_ids) - scope.journals.keys()
    found = journals_where(Course.id.in_(wanted), Course.year_id == scope.year.id) if wanted else {}
    hosts = {journal.group_id for journal in found.values()} - scope.groups.keys()
    if not hosts:
        return replace(scope, journals=scope.journals | found)
    groups = {one.id: one for one in db.session.scalars(select(Group).where(Group.id.in_(hosts)))}
    chosen = scope.periods.get(group_id)
    of_hosts = {
        id_: period
        for id_, group in groups.items()
        for period in periods.narrowest(scope.year_periods, group, scope.year)
        if chosen and period.number == chosen.number
    }
    return replace(
        scope,
        journals=scope.journals | found,
        groups=scope.groups | groups,
        spans=scope.spans | dict.fromkeys(groups, scope.spans[group_id]),
        periods=scope.periods | of_hosts,
    )
