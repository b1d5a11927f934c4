"""What templates of every part may use: safe HTML of a formatted text, the board of the viewer."""

from flask import g
from flask_login import current_user
from markupsafe import Markup

from ejournal.domain import rich_text
from ejournal.services import notice_board
from ejournal.services.notice_board import Board
from ejournal.web.announcements import bp


@bp.app_template_filter("rich")
def rich(text: str) -> Markup:
    return Markup(rich_text.to_html(text))  # noqa: S704 - cleaned by nh3, see domain/rich_text.py


@bp.app_template_filter("plain")
def plain(text: str) -> str:
    return rich_text.to_plain(text)


@bp.app_template_global("notice_board")
def board() -> Board:
    """What waits for the viewer: one query, and only where a page asks. A view that has read it keeps it in `g`."""
    if "notice_board" not in g:
        g.notice_board = notice_board.load(current_user)
    return g.notice_board
