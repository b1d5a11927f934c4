"""What of a year's set-up is ready for a group (п. 4.1: до 25 сентября). Pure: facts in, verdicts out."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one group in one year. `*_of` is how many there ought to be."""

    periods: int = 0
    students: int = 0
    curator: bool = False
    plan_rows: int = 0
    plan_without_journal: int = 0
    journals: int = 0
    journals_without_teacher: int = 0
    # Subgroups that have a journal and nobody in it.
    empty_subgroups: int = 0
    # Journals whose hours stand by semesters in a year of more periods.
    hours_by_semester: int = 0
    journals_with_plan: int = 0
    entries: int = 0
    lessons: int = 0
    consents: int = 0
    parents: int = 0
    parents_answered: int = 0
    slips: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the set-up: `ready`, and in words what there is or what is missing."""

    key: str
    title: str
    ready: bool
    words: str


def checks(facts: Facts) -> tuple[Check, ...]:
    """The parts in the order in which a college does them."""
    return (
        Check("periods", "Периоды", facts.periods > 0, str(facts.periods) if facts.periods else "нет"),
        Check("students", "Обучающиеся", facts.students > 0, str(facts.students) if facts.students else "нет"),
        Check("curator", "Руководитель", facts.curator, "есть" if facts.curator else "нет"),
        Check("plan", "Учебный план", facts.plan_rows > 0, str(facts.plan_rows) if facts.plan_rows else "нет"),
        _load(facts),
        _timetable(facts),
        _of("thematic", "КТП", facts.journals_with_plan, facts.journals),
        _consents(facts),
        _of("slips", "Коды доступа", facts.slips, facts.students),
    )


def share(all_checks: list[tuple[Check, ...]]) -> int:
    """How much of the year is set up, in whole percent; never 100 while anything is missing."""
    single = [check.ready for group in all_checks for check in group]
    return sum(single) * 100 // len(single) if single else 0


def _load(facts: Facts) -> Check:
    if not facts.journals:
        words = "журналов нет"
    elif facts.plan_without_journal:
        words = f"без журнала: {facts.plan_without_journal}"
    elif facts.journals_without_teacher:
        words = f"без преподавателя: {facts.journals_without_teacher}"
    elif facts.empty_subgroups:
        words = f"{facts.journals}, подгрупп без состава: {facts.empty_subgroups}"
    elif facts.hours_by_semester:
        words = f"{facts.journals}, часы не по периодам: {facts.hours_by_semester}"
    else:
        words = str(facts.journals)
    ready = (
        bool(facts.journals)
        and not facts.plan_without_journal
        and not facts.journals_without_teacher
        and not facts.hours_by_semester
    )
    return Check("load", "Нагрузка", ready, words)


def _timetable(facts: Facts) -> Check:
    if not facts.entries:
        words = "нет"
    elif not facts.lessons:
        words = "занятия не созданы"
    else:
        words = f"занятий {facts.lessons}"
    return Check("timetable", "Расписание", bool(facts.entries and facts.lessons), words)


def _consents(facts: Facts) -> Check:
    """Ready when every student's data may (or may not) be processed; the parents who wish to read are told of too."""
    check = _of("consents", "Согласия", facts.consents, facts.students)
    if not facts.parents:
        return check
    return replace(check, words=f"{check.words}, родители: {facts.parents_answered} из {facts.parents}")


def _of(key: str, title: str, done: int, total: int) -> Check:
    return Check(key, title, bool(total) and done >= total, f"{done} из {total}" if total else "нет")
