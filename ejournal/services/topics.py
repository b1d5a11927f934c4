"""The thematic plan beside a lesson: which topic comes next, and which one a typed text is (п. 4.4)."""

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import select

from ejournal.domain.names import fold
from ejournal.extensions import db
from ejournal.models import Course, Lesson, LessonState, Topic


@dataclass(frozen=True, slots=True)
class Offer:
    """The topic to come. `given` are its hours that earlier lessons have already taken."""

    topic: Topic
    given: int

    @property
    def is_continued(self) -> bool:
        return self.given > 0


@dataclass(slots=True)
class Plan:
    """The topics of a journal's plan with the hours other lessons took of each. `last`: reached by earlier lessons."""

    topics: list[Topic]
    given: dict[int, int] = field(default_factory=dict)
    last: int = 0

    def topic(self, topic_id: int | None) -> Topic | None:
        return next((topic for topic in self.topics if topic.id == topic_id), None)

    def next(self) -> Offer | None:
        """The first topic with hours left from where the earlier lessons are; else the first one left out."""
        unused = [topic for topic in self.topics if self.given.get(topic.id, 0) < topic.hours]
        ahead = [topic for topic in unused if topic.ordinal >= self.last]
        chosen = (ahead or unused)[:1]
        return Offer(chosen[0], self.given.get(chosen[0].id, 0)) if chosen else None

    def matching(self, text: str, current: int | None) -> int | None:
        """The topic whose title the text holds, the longest such; of equal ones the lesson's own, then an unused."""
        typed = fold(text)
        found = [topic for topic in self.topics if topic.title and fold(topic.title) in typed]
        if not found:
            return None

        def rank(topic: Topic) -> tuple[int, bool, bool, int]:
            has_hours = self.given.get(topic.id, 0) < topic.hours
            return len(topic.title), topic.id == current, has_hours, -topic.ordinal

        return max(found, key=rank).id


def of_lesson(course: Course, lesson: Lesson) -> Plan:
    """The plan as it stands before a lesson: that lesson's own topic does not count as used. Two queries."""
    if course.plan_id is None:
        return Plan([])
    topics = list(db.session.scalars(select(Topic).where(Topic.plan_id == course.plan_id).order_by(Topic.ordinal)))
    ordinals = {topic.id: topic.ordinal for topic in topics}
    given: dict[int, int] = defaultdict(int)
    last = 0
    for topic_id, hours, day, pair in db.session.execute(
        select(Lesson.topic_id, Lesson.hours, Lesson.date, Lesson.pair).where(
            Lesson.course_id == course.id,
            Lesson.topic_id.is_not(None),
            Lesson.id != lesson.id,
            Lesson.state != LessonState.CANCELLED,
        )
    ):
        given[topic_id or 0] += hours
        if (day, pair) < (lesson.date, lesson.pair):
            last = max(last, ordinals.get(topic_id or 0, 0))
    return Plan(topics, dict(given), last)
