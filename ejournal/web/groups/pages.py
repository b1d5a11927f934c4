"""The list of groups, a group's page for a day, a week or a period, and who of it has never signed in."""

from flask import render_template, request
from flask_login import current_user

from ejournal.access import LEADERS, permits
from ejournal.domain.notation import ATTENDANCE
from ejournal.services import group_access, group_board, group_frame, group_list
from ejournal.web.errors import wants_part
from ejournal.web.groups import bp
from ejournal.web.slips.pages import STATES


@bp.get("/")
@permits(*LEADERS)
def index() -> str:
    text, archived = request.args.get("q", ""), bool(request.args.get("archived"))
    page = max(1, min(request.args.get("page", 1, type=int), 100_000))
    return render_template(
        "groups/index.html",
        listing=group_list.load(current_user, text, archived, page),
        text=text,
        archived=archived,
    )


@bp.get("/<int:group_id>")
@permits(*LEADERS)
def group(group_id: int) -> str:
    """A script that turns the page gets the board alone."""
    board = group_board.load(current_user, group_id, request.args)
    alone = wants_part()
    return render_template(
        "groups/_board.html" if alone else "groups/group.html",
        board=board,
        frame=board.frame,
        group=board.group,
        views=group_frame.VIEWS,
        ways=group_frame.WAYS,
        orders=group_frame.ORDERS,
        attendance=ATTENDANCE,
    )


@bp.get("/<int:group_id>/access")
@permits(*LEADERS)
def access(group_id: int) -> str:
    """Who has never signed in, and how far the access of each is."""
    return render_template(
        "groups/access.html",
        group=group_board.find(current_user, group_id),
        people=group_access.of_group(current_user, group_id),
        states=STATES,
    )
