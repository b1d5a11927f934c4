"""A year: periods, vacations, holidays, closing; groups and their leaders (п. 4.1, 4.2)."""

from datetime import date, timedelta

import pytest
import time_machine
from factories import Journal, make_curator, make_group, make_journal, make_lesson, make_person, make_year, viewer_of
from flask import Flask
from sqlalchemy import select

from ejournal.access import Viewer
from ejournal.domain.calendar import Parity, week_parity
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Course,
    Curatorship,
    Group,
    JournalUnlock,
    Lesson,
    LogEntry,
    Period,
    PeriodClosing,
    PeriodMark,
    Role,
    RoleGrant,
    Vacation,
)
from ejournal.services import (
    cell_context,
    cells,
    generation,
    group_admin,
    groups,
    periods,
    school_days,
    settings,
    statements,
    year_setup,
)
from ejournal.services.errors import ClosedError, FieldsError, NotFoundError, RefusedError


@pytest.fixture
def actor(in_app: Flask) -> Viewer:
    return viewer_of(make_person("Завучева", (Role.ADMINISTRATION,)))


@pytest.fixture
def year(actor: Viewer) -> AcademicYear:
    return year_setup.create(actor, 2027, "semesters")


@pytest.mark.parametrize(("scheme", "number"), [("semesters", 2), ("trimesters", 3), ("modules", 4)])
def test_r4_2_c_a_new_year_comes_with_periods_and_the_holidays_of_the_calendar(
    actor: Viewer, scheme: str, number: int
) -> None:
    year = year_setup.create(actor, 2026, scheme)
    assert [p.number for p in periods.of_year(year)] == list(range(1, number + 1))
    holidays = {v.starts: v.title for v in year_setup.vacations(year)}
    assert holidays[date(2027, 1, 7)] == "Рождество Христово"
    assert "перенесено" in holidays[date(2027, 2, 22)], "days off moved by the government are there too"
    assert school_days.load(year).why_not(date(2026, 11, 4), 1) == "праздничный день: День народного единства"


def test_a_year_is_made_once(actor: Viewer, year: AcademicYear) -> None:
    with pytest.raises(RefusedError, match="2027/2028 уже есть"):
        year_setup.create(actor, 2027, "modules")
    assert year_setup.fill_holidays(actor, year) == 0, "what is there already is not added twice"


def form(**more: str) -> dict[str, str]:
    return {"title": "Практика", "number": "1", "starts": "2027-10-01", "ends": "2027-10-31", **more}


def test_a_group_keeps_to_its_own_periods_then_to_its_courses(actor: Viewer, year: AcademicYear) -> None:
    group, fellow = make_group("ИС-11", year), make_group("ИС-12", year)
    year_setup.save_period(actor, year, None, form(title="1 курс", scope="course-1"))
    year_setup.save_period(actor, year, None, form(title="своё", scope=f"group-{group.id}"))
    # «1 семестр» gives way, «2 семестр» is everybody's still.
    assert [p.title for p in periods.of_group(group, year)] == ["своё", "2 семестр"]
    assert [p.title for p in periods.of_group(fellow, year)] == ["1 курс", "2 семестр"]


def test_periods_of_one_kind_do_not_overlap(actor: Viewer, year: AcademicYear) -> None:
    with pytest.raises(FieldsError) as refusal:
        year_setup.save_period(actor, year, None, form())
    assert "1 семестр" in refusal.value.fields["starts"]
    first = periods.of_year(year)[0]
    year_setup.save_period(actor, year, first.id, form(title="1 семестр", starts="2027-09-01", ends="2027-12-25"))
    assert first.ends == date(2027, 12, 25)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"number": "0"}, "number"),
        ({"starts": ""}, "starts"),
        ({"ends": "2027-09-01"}, "ends"),
        ({"starts": "2026-10-01"}, "starts"),
    ],
)
def test_what_is_wrong_with_a_period_is_said_at_its_field(
    actor: Viewer, year: AcademicYear, change: dict[str, str], field: str
) -> None:
    with pytest.raises(FieldsError) as refusal:
        year_setup.save_period(actor, year, None, form(**change))
    assert field in refusal.value.fields


def test_a_period_with_marks_is_not_removed(actor: Viewer) -> None:
    journal = make_journal(students=1, lessons=0)
    year = db.session.get(AcademicYear, journal.year.id)
    assert year is not None
    db.session.add(
        PeriodMark(
            course_id=journal.course_id, period_id=journal.period.id, student_id=journal.students[0].id, mark="5"
        )
    )
    db.session.commit()
    with pytest.raises(RefusedError, match="уже выставлены оценки"):
        year_setup.remove_period(actor, year, journal.period.id)
    with pytest.raises(NotFoundError):
        year_setup.remove_period(actor, year, 999)


def test_a_period_without_marks_goes_and_the_log_keeps_it(actor: Viewer, year: AcademicYear) -> None:
    first = periods.of_year(year)[0]
    year_setup.remove_period(actor, year, first.id)
    assert db.session.get(Period, first.id) is None
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "period")).one()
    assert (entry.action, entry.before) == ("delete", "1 семестр (№ 1): 01.09.2027–31.12.2027")


def test_a_vacation_of_a_course_frees_that_course_only(actor: Viewer, year: AcademicYear) -> None:
    vacation = {"title": "Осенние", "starts": "2027-10-25", "ends": "2027-10-31", "scope": "course-1"}
    made = year_setup.save_vacation(actor, year, vacation)
    days = school_days.load(year)
    assert days.why_not(date(2027, 10, 26), 1) == "каникулы «Осенние»"
    assert days.why_not(date(2027, 10, 26), 2) is None
    year_setup.remove_vacation(actor, year, made.id)
    assert school_days.load(year).may_study(date(2027, 10, 26), 1)


@pytest.mark.parametrize("scope", ["group-10000", "group-", "group", "course-0", "course-x", "course-7", "все"])
def test_an_unknown_course_or_group_is_not_everybody(actor: Viewer, year: AcademicYear, scope: str) -> None:
    for save in (
        lambda typed: year_setup.save_period(actor, year, None, typed),
        lambda typed: year_setup.save_vacation(actor, year, typed),
    ):
        with pytest.raises(FieldsError) as refused:
            save(form(scope=scope, starts="2028-07-01", ends="2028-07-05"))
        assert list(refused.value.fields) == ["scope"]


def test_a_vacation_is_never_of_one_group(actor: Viewer, year: AcademicYear) -> None:
    group = make_group("ИС-11", year)
    with pytest.raises(FieldsError) as refused:
        year_setup.save_vacation(actor, year, form(scope=f"group-{group.id}"))
    assert list(refused.value.fields) == ["scope"]


def test_the_first_numerator_week_is_the_colleges_choice(actor: Viewer, in_app: Flask) -> None:
    year_setup.set_anchor(actor, date(2026, 9, 10))
    assert settings.get("week.anchor") == "2026-09-07"
    year_setup.set_anchor(actor, None)
    assert settings.get("week.anchor") is None


def test_r4_2_c_a_first_week_of_one_year_leaves_that_of_the_next_to_1_september(actor: Viewer) -> None:
    first, following = (year_setup.create(actor, start, "semesters") for start in (2026, 2027))
    year_setup.set_anchor(actor, date(2026, 9, 9))
    assert generation.anchor(first) == date(2026, 9, 7)
    assert week_parity(date(2027, 9, 1), generation.anchor(following)) is Parity.NUMERATOR
    assert week_parity(date(2026, 9, 1), generation.anchor(first)) is Parity.DENOMINATOR


def test_r2_3_store_a_closed_year_is_only_read_until_it_is_opened_with_a_reason(actor: Viewer) -> None:
    with time_machine.travel("2028-09-10 12:00:00+03:00", tick=True):
        year = year_setup.create(actor, 2027, "semesters")
        year_setup.close(actor, year)
        with pytest.raises(ClosedError):
            year_setup.save_period(actor, year, None, form(scope="course-1"))
        with pytest.raises(RefusedError, match="причину"):
            year_setup.reopen(actor, year, " ")
        year_setup.reopen(actor, year, "исправить практику")
        assert year.closed_at is None


def test_a_running_year_is_not_closed(actor: Viewer) -> None:
    year, _period = make_year()
    with pytest.raises(RefusedError, match="ещё идёт"):
        year_setup.close(actor, year)


def group_form(**more: str) -> dict[str, str]:
    return {"title": "ИС-11", "admission_year": "2027", **more}


def test_a_group_is_made_and_studies_until_its_last_course(actor: Viewer, year: AcademicYear) -> None:
    group = group_admin.save(actor, None, group_form(years="2"))
    assert [g.title for g in groups.studying(year)] == ["ИС-11"]
    later = year_setup.create(actor, 2029, "semesters")
    assert groups.studying(later) == []
    assert group.course_number(2028) == 2


@pytest.mark.parametrize("change", ["years", "programme_id"])
def test_r4_2_a_change_of_a_groups_programme_or_years_is_in_the_log(actor: Viewer, in_app: Flask, change: str) -> None:
    group = group_admin.save(actor, None, group_form())
    programme = group_admin.save_programme(
        actor, {"code": "09.02.07", "title": "Информационные системы", "programme_years": "4"}
    )
    value = {"years": "3", "programme_id": str(programme.id)}[change]
    group_admin.save(actor, group.id, group_form(**{change: value}))
    entry = db.session.scalars(select(LogEntry).order_by(LogEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.before) == ("update", "ИС-11, поступление 2027, очная")
    assert (
        entry.after == {"years": f"{entry.before}, лет обучения 3", "programme_id": f"{entry.before}, 09.02.07"}[change]
    )


def test_groups_are_not_called_alike(actor: Viewer, in_app: Flask) -> None:
    group_admin.save(actor, None, group_form())
    with pytest.raises(FieldsError) as refusal:
        group_admin.save(actor, None, group_form(title="ис 11"))
    assert "уже есть" in refusal.value.fields["title"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"admission_year": "год"}, "admission_year"),
        ({"years": "12"}, "years"),
        ({"programme_id": "999"}, "programme_id"),
    ],
)
def test_what_is_wrong_with_a_group_is_said_at_its_field(
    actor: Viewer, in_app: Flask, change: dict[str, str], field: str
) -> None:
    with pytest.raises(FieldsError) as refusal:
        group_admin.save(actor, None, group_form(**change))
    assert field in refusal.value.fields


def test_a_renamed_group_keeps_its_old_name_in_old_journals(actor: Viewer) -> None:
    journal = make_journal(students=1, lessons=0)
    before = journal.group.title
    with time_machine.travel(journal.year.ends + timedelta(days=30), tick=False):
        group_admin.save(
            actor, journal.group.id, {"title": "ИС-31", "admission_year": str(journal.group.admission_year)}
        )
    course = db.session.get(Course, journal.course_id)
    assert course is not None
    assert course.audience == before
    renamed = db.session.get(Group, journal.group.id)
    assert renamed is not None
    assert renamed.title == "ИС-31"


def test_a_new_curator_follows_the_old_one_and_gets_the_role(actor: Viewer) -> None:
    year, _period = make_year()
    group = make_group(year=year)
    make_curator(group)
    new, since = make_person("Новикова", (Role.TEACHER,)), settings.today()
    group_admin.appoint_curator(actor, group.id, new.id, since)
    rows = db.session.scalars(db.select(Curatorship).order_by(Curatorship.id)).all()
    assert [(row.until, row.person_id == new.id) for row in rows] == [
        (since - timedelta(days=1), False),
        (None, True),
    ]
    roles = db.session.scalars(db.select(RoleGrant.role).where(RoleGrant.person_id == new.id)).all()
    assert set(roles) == {Role.TEACHER, Role.CURATOR}
    group_admin.appoint_curator(actor, group.id, None, since)
    assert group.id not in group_admin.curators(since)


def led(group: Group) -> list[tuple[int, date, date | None]]:
    rows = db.session.scalars(
        db.select(Curatorship).where(Curatorship.group_id == group.id).order_by(Curatorship.since)
    )
    return [(row.person_id, row.since, row.until) for row in rows]


def test_a_curator_appointed_from_an_earlier_day_replaces_the_one_who_was_to_begin_later(actor: Viewer) -> None:
    year, _period = make_year()
    group = make_group(year=year)
    former, planned, other = make_curator(group), make_person("Первая"), make_person("Вторая")
    begins, later = settings.today() + timedelta(days=30), settings.today() + timedelta(days=60)
    group_admin.appoint_curator(actor, group.id, planned.id, later)
    group_admin.appoint_curator(actor, group.id, other.id, begins)
    eve = begins - timedelta(days=1)
    assert led(group) == [(former.id, date(2020, 1, 1), eve), (other.id, begins, None)]
    said = db.session.scalars(db.select(LogEntry.before).order_by(LogEntry.id.desc())).first() or ""
    assert f"{former.full_name}, {planned.full_name} с {later:%d.%m.%Y}" in said


def test_a_curator_who_was_to_be_followed_goes_on(actor: Viewer) -> None:
    year, _period = make_year()
    group = make_group(year=year)
    leader, planned = make_curator(group), make_person("Первая")
    group_admin.appoint_curator(actor, group.id, planned.id, settings.today() + timedelta(days=60))
    since = settings.today() + timedelta(days=30)
    for _ in range(2):
        group_admin.appoint_curator(actor, group.id, leader.id, since)
    assert [group_admin.curators(since + timedelta(days=days))[group.id].id for days in (-1, 0, 90)] == [leader.id] * 3
    assert [row[0] for row in led(group)] == [leader.id] * 2


@pytest.mark.parametrize("led_now", [True, False])
def test_pressing_the_button_with_todays_leader_keeps_who_is_to_follow(actor: Viewer, led_now: bool) -> None:
    year, _period = make_year()
    group = make_group(year=year)
    today = settings.today()
    leader = make_curator(group).id if led_now else None
    planned = make_person("Плановая")
    group_admin.appoint_curator(actor, group.id, planned.id, today + timedelta(days=30))
    before = led(group)
    for since in (today, today - timedelta(days=3), None):
        group_admin.appoint_curator(actor, group.id, leader, since)
    assert led(group) == before
    group_admin.appoint_curator(actor, group.id, leader, today + timedelta(days=30))
    assert planned.id not in [row[0] for row in led(group)]


def test_a_leader_who_was_replaced_since_that_day_is_put_back(actor: Viewer) -> None:
    year, _period = make_year()
    group = make_group(year=year)
    leader, today = make_curator(group), settings.today()
    group_admin.appoint_curator(actor, group.id, make_person("Сменщица").id, today - timedelta(days=5))
    group_admin.appoint_curator(actor, group.id, leader.id, today - timedelta(days=10))
    assert group_admin.curators(today)[group.id].id == leader.id


def test_a_programme_is_added_once(actor: Viewer, in_app: Flask) -> None:
    group_admin.save_programme(actor, {"code": "09.02.07", "title": "Информационные системы"})
    with pytest.raises(FieldsError) as refusal:
        group_admin.save_programme(actor, {"code": "09.02.07", "title": "Ещё раз"})
    assert "уже есть" in refusal.value.fields["code"]
    assert db.session.scalars(db.select(Vacation)).all() == []


@pytest.fixture
def closed_journal(actor: Viewer) -> Journal:
    """A journal whose period ended today and is closed."""
    journal = make_journal(students=1, lessons=3)
    journal.period.ends = settings.today()
    db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
    db.session.commit()
    return journal


def of(journal: Journal, **changed: str) -> dict[str, str]:
    starts, ends = journal.period.starts.isoformat(), journal.period.ends.isoformat()
    return {"title": "1 семестр", "number": "1", "starts": starts, "ends": ends, **changed}


def refused_fields(actor: Viewer, journal: Journal, period_id: int | None, **changed: str) -> dict[str, str]:
    with pytest.raises(FieldsError) as refused:
        year_setup.save_period(actor, journal.year, period_id, of(journal, **changed))
    return dict(refused.value.fields)


def test_r4_4_a_no_lesson_leaves_a_closed_period(actor: Viewer, closed_journal: Journal) -> None:
    journal = closed_journal
    first = min(lesson.date for lesson in journal.lessons)
    last = max(lesson.date for lesson in journal.lessons)
    earlier, later = (last - timedelta(days=1)).isoformat(), (first + timedelta(days=1)).isoformat()
    fields = refused_fields(actor, journal, journal.period.id, ends=earlier)
    assert "закрыт в журналах: 1" in fields["ends"]
    assert list(refused_fields(actor, journal, journal.period.id, starts=later)) == ["starts"]
    group = f"group-{journal.group.id}"
    assert list(refused_fields(actor, journal, journal.period.id, scope=group)) == ["scope"]
    longer = of(journal, ends=(journal.period.ends + timedelta(days=1)).isoformat(), title="Первый семестр")
    assert year_setup.save_period(actor, journal.year, journal.period.id, longer).title == "Первый семестр"


def test_r4_4_a_closed_period_takes_in_no_lesson_that_is_still_to_be_filled_in(
    actor: Viewer, closed_journal: Journal
) -> None:
    journal = closed_journal
    day = settings.today() + timedelta(days=1)
    make_lesson(journal.course_id, day, state="planned")
    fields = refused_fields(actor, journal, journal.period.id, ends=day.isoformat())
    assert "Сначала откройте в них период" in fields["ends"]
    db.session.add(
        JournalUnlock(course_id=journal.course_id, period_id=journal.period.id, until=day, reason="продлили семестр")
    )
    db.session.commit()
    longer = of(journal, ends=day.isoformat())
    assert year_setup.save_period(actor, journal.year, journal.period.id, longer).ends == day


@pytest.mark.parametrize("whose", ["group", "course"])
def test_r4_4_a_periods_of_its_own_do_not_open_what_a_group_has_closed(
    actor: Viewer, closed_journal: Journal, whose: str
) -> None:
    journal = closed_journal
    number = journal.group.course_number(journal.year.starts.year)
    scope = f"group-{journal.group.id}" if whose == "group" else f"course-{number}"
    fields = refused_fields(actor, journal, None, scope=scope)
    assert journal.group.title in fields["scope"]
    assert "до первой оценки" in fields["scope"]


def test_a_group_that_has_periods_of_its_own_gets_one_more(actor: Viewer) -> None:
    journal = make_journal(students=1, lessons=0)
    journal.period.group_id = journal.group.id
    journal.period.ends = settings.today()
    db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
    db.session.commit()
    day = (settings.today() + timedelta(days=1)).isoformat()
    made = year_setup.save_period(
        actor, journal.year, None, of(journal, starts=day, ends=day, number="2", scope=f"group-{journal.group.id}")
    )
    assert made.number == 2


def test_r4_4_a_a_day_after_a_groups_own_period_is_in_none_of_everybodys(actor: Viewer) -> None:
    """Its journals keep to its own periods alone: no mark goes into one that they never close."""
    journal = make_journal(students=1, lessons=2)
    own = Period(
        year_id=journal.year.id, number=1, title="своё", group_id=journal.group.id,
        starts=journal.period.starts, ends=min(lesson.date for lesson in journal.lessons),
    )  # fmt: skip
    db.session.add(own)
    db.session.commit()
    day = cell_context.period_of(Lesson.date)
    found = select(Lesson.date, day).join(Course).join(AcademicYear).join(Group).order_by(Lesson.date)
    assert [period for _day, period in db.session.execute(found)] == [own.id, None]


def test_a_group_gets_other_days_of_its_second_semester_when_the_first_has_marks(actor: Viewer) -> None:
    """Who graduates in May: the first semester stays everybody's, closed as it is (п. 4.2, 4.4)."""
    journal = make_journal(students=1, lessons=1)
    first, last = journal.period, journal.lessons[-1].date
    first.ends = last + timedelta(days=1)
    db.session.add(PeriodClosing(course_id=journal.course_id, period_id=first.id))
    common = {"number": 2, "title": "2 семестр", "starts": last + timedelta(days=2), "ends": journal.year.ends}
    db.session.add(Period(year_id=journal.year.id, **common))
    db.session.commit()
    shorter = of(
        journal, number="2", title="2 семестр, 4 курс", scope=f"group-{journal.group.id}",
        starts=common["starts"].isoformat(), ends=(last + timedelta(days=20)).isoformat(),
    )  # fmt: skip
    own = year_setup.save_period(actor, journal.year, None, shorter)
    assert periods.of_group(journal.group, journal.year) == [first, own]
    day = cell_context.period_of(Lesson.date)
    found = select(day).select_from(Lesson).join(Course).join(AcademicYear).join(Group)
    assert db.session.scalars(found).all() == [first.id]
    with pytest.raises(ClosedError):
        cells.record_cell(
            viewer_of(journal.teacher),
            journal.course_id,
            cells.Entry(journal.students[0].id, journal.works[0].id, "5", 0),
        )


def test_a_paper_of_one_of_two_periods_with_one_number_has_its_own_marks(actor: Viewer) -> None:
    journal = make_journal(students=1, lessons=1)
    journal.period.starts = journal.lessons[-1].date - timedelta(days=3)
    db.session.commit()
    before = of(
        journal, title="Практика", number=str(journal.period.number), starts=journal.year.starts.isoformat(),
        ends=(journal.period.starts - timedelta(days=1)).isoformat(),
    )  # fmt: skip
    other = year_setup.save_period(actor, journal.year, None, before)
    mark = {"course_id": journal.course_id, "student_id": journal.students[0].id, "mark": "5"}
    db.session.add(PeriodMark(period_id=other.id, **mark))
    db.session.commit()
    found = statements.of_group(viewer_of(make_curator(journal.group)), journal.group.id, other.id)
    assert [row.period_mark for row in found[0].rows] == ["5"]
