"""The journals with their plans; a plan's topics as a table that is saved as a whole."""

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import periods, thematic
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.services.thematic import Line
from ejournal.web.thematic import bp

KEEPERS = (Role.ADMINISTRATION, Role.SYSADMIN, Role.TEACHER)
SPARE = 5  # empty rows at the end of the table


@bp.get("/")
@permits(*KEEPERS)
def index() -> str:
    year = periods.chosen(request.args.get("year", type=int))
    listed = thematic.journals(current_user, year)
    group, bare = request.args.get("group", type=int), bool(request.args.get("bare"))
    groups = sorted({(row.course.group_id, row.course.group.title) for row in listed}, key=lambda pair: pair[1])
    shown = [row for row in listed if (not group or row.course.group_id == group) and not (bare and row.plan)]
    return render_template(
        "thematic/index.html", year=year, shown=shown, total=len(listed), groups=groups, group=group, bare=bare
    )


@bp.get("/journals/<int:course_id>")
@permits(*KEEPERS)
def choose(course_id: int) -> str:
    """The plans that could be a journal's: attach one, copy one, begin an empty one."""
    offered = thematic.offered(current_user, course_id)
    return render_template("thematic/choose.html", course=thematic.course_of(current_user, course_id), offered=offered)


@bp.post("/journals/<int:course_id>/plan")
@permits(*KEEPERS)
def give(course_id: int) -> ResponseReturnValue:
    """`way`: new, copy or attach (none where no plan is named)."""
    way, plan_id = request.form.get("way", ""), request.form.get("plan_id", type=int)
    try:
        if way == "attach":
            thematic.attach(current_user, course_id, plan_id)
            flash("План прикреплён." if plan_id else "Журнал теперь без плана.")
            return redirect(url_for("thematic.index", year=thematic.course_of(current_user, course_id).year_id))
        plan = thematic.create(current_user, course_id, plan_id if way == "copy" else None)
    except RefusedError as error:
        flash(error.message, "error")
        return redirect(url_for("thematic.choose", course_id=course_id))
    flash("План создан: проверьте темы и часы.")
    return redirect(url_for("thematic.plan", plan_id=plan.id))


@bp.get("/plans/<int:plan_id>")
@permits(*KEEPERS)
def plan(plan_id: int) -> str:
    found = thematic.find(current_user, plan_id)
    return _page(plan_id, thematic.lines(found.id), {})


@bp.post("/plans/<int:plan_id>")
@permits(*KEEPERS)
def save(plan_id: int) -> ResponseReturnValue:
    """The whole table; what was pasted from a spreadsheet is added at its end and shown before it is saved."""
    lines = _lines()
    if request.form.get("pasted", "").strip() and request.form.get("action") == "paste":
        thematic.find(current_user, plan_id)
        return _page(plan_id, [*lines, *thematic.parse_pasted(request.form["pasted"])], {}, is_draft=True)
    try:
        thematic.save(current_user, plan_id, lines, request.form.get("seen"))
    except FieldsError as error:
        db.session.rollback()
        added = _added_meanwhile(plan_id) if "seen" in error.fields else []
        return _page(plan_id, [*lines, *added], error.fields, is_draft=True), error.status
    flash("План сохранён.")
    return redirect(url_for("thematic.plan", plan_id=plan_id))


def _lines() -> list[Line]:
    """The rows of the table in the order of their numbers; removed and empty ones left out."""
    form = request.form
    numbered: list[tuple[int, int, Line]] = []
    for place in range(min(form.get("rows", 0, type=int), thematic.MOST_TOPICS + SPARE)):
        if form.get(f"gone-{place}"):
            continue
        words = {
            name: " ".join(form.get(f"{name}-{place}", "").split()) for name in ("section", "title", "kind", "homework")
        }
        line = Line(form.get(f"id-{place}", type=int), hours=form.get(f"hours-{place}", 0, type=int), **words)
        if line.title or line.section or line.homework:
            numbered.append((form.get(f"ordinal-{place}", place + 1, type=int), place, line))
    return [line for _ordinal, _place, line in sorted(numbered, key=lambda row: row[:2])]


def _added_meanwhile(plan_id: int) -> list[Line]:
    """The topics that the table did not have, neither as it was shown nor as it came."""
    had = {request.form.get(f"id-{place}", type=int) for place in range(thematic.MOST_TOPICS + SPARE)}
    return [line for line in thematic.lines(plan_id) if line.id not in had]


def _seen(plan_id: int, errors: Mapping[str, str]) -> str:
    """What the table was begun from; as it is now where it is shown anew, and where it has just been told of."""
    began = request.form.get("seen")
    return thematic.stamp(thematic.lines(plan_id)) if began is None or "seen" in errors else began


def _page(plan_id: int, lines: Sequence[Line], errors: dict[str, str], is_draft: bool = False) -> str:
    found = thematic.find(current_user, plan_id)
    courses = thematic.used_by(plan_id)
    return render_template(
        "thematic/plan.html",
        plan=found,
        lines=[*lines, *(Line(None, "", "", 2, "", "") for _ in range(SPARE))],
        filled=len(lines),
        hours=sum(line.hours for line in lines),
        courses=courses,
        errors=errors,
        is_draft=is_draft,
        seen=_seen(plan_id, errors),
    )
