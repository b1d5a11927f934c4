"""How the terms of the regulation were kept, day by day, so that improvement shows (R4.2.f, h)."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, ref


class ControlCount(Base):
    """The duties of a clause in the year so far, as they stood on a day: of the college, of a group or of a teacher.

    `open`: overdue and to be mended; `late`: done late, or not done before the journal was closed.
    """

    __tablename__ = "control_count"
    __table_args__ = (
        Index("ix_control_count_day", "day"),
        Index("ix_control_count_group_id_day", "group_id", "day"),
        Index("ix_control_count_teacher_id_day", "teacher_id", "day"),
    )

    id: Mapped[Id]
    day: Mapped[Day]
    clause: Mapped[Code]
    # Both None: the college's.
    group_id: Mapped[int | None] = ref("student_group.id")
    teacher_id: Mapped[int | None] = ref("person.id")
    open: Mapped[int] = mapped_column(default=0)
    late: Mapped[int] = mapped_column(default=0)
    in_time: Mapped[int] = mapped_column(default=0)
