"""Averages and missed hours, wherever they are counted (п. 4.4)."""

from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa
from factories import make_journal
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Cell, Lesson, Work
from ejournal.services import stats

CODES = (None, None, None, "н", "п", "б", "о")
MARKS = (None, "5", "4", "4", "3", "2", "5-", "ЗЧ")


@pytest.mark.parametrize("seed", range(5))
def test_r4_4_figures_after_a_save_are_those_of_the_whole_journal(in_app: Flask, seed: int) -> None:
    chance = Random(seed)
    journal = make_journal(students=4, lessons=8, works=2)
    for work in journal.works:
        db.session.merge(work).weight = chance.randint(1, 3)
        for student in journal.students[:-1]:
            code, mark = chance.choice(CODES), chance.choice(MARKS)
            if code or mark:
                cell = Cell(work_id=work.id, student_id=student.id, attendance=code, mark=mark)
                cell.updated_by, cell.updated_at = journal.teacher.id, sa.func.current_timestamp()
                db.session.add(cell)
    db.session.commit()
    first, last = journal.lessons[0].date + timedelta(days=chance.randint(0, 2)), journal.lessons[-1].date
    raw = db.session.execute(
        sa.select(Cell.student_id, Cell.attendance, Cell.mark, Work.weight, Lesson.id, Lesson.hours, Work.id)
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .where(Lesson.date.between(first, last))
    ).all()
    expected = stats.summarise(row[:6] for row in raw)
    assert len(expected) == 3
    assert stats.of_journal(journal.course_id, (first, last)) == expected
    students, works = [student.id for student in journal.students], [work.id for work in journal.works]
    rows, means = stats.of_cells(journal.course_id, (first, last), students, works)
    assert rows == {**expected, students[-1]: stats.NO_STATS}
    shown = {work for *_, work in raw}
    all_means = stats.column_means(works, ((row[6], row[2]) for row in raw if row[2]))
    assert {work: means[work] for work in shown} == {work: all_means[work] for work in shown}
