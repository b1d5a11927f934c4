"""How the lesson's forms answer: a fragment to a script, a page without one; what was typed is never lost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.extensions import db, reading
from ejournal.services import lesson_page
from ejournal.services.errors import ClosedError, Current, FieldsError, RefusedError, ServiceError, StaleError
from ejournal.web.errors import is_fragment

MENDABLE = (RefusedError, StaleError, ClosedError)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A form that was not taken: which one, what was typed, what is wrong with each field, what is stored now."""

    section: str
    key: str
    message: str
    typed: Mapping[str, str]
    fields: Mapping[str, str] = field(default_factory=dict)
    stored: Current | None = None

    def error(self, name: str) -> str | None:
        return self.fields.get(name)

    @classmethod
    def by(cls, error: ServiceError, section: str, key: str = "") -> "Wrong":
        return cls(
            section,
            key,
            error.message,
            request.form,
            error.fields if isinstance(error, FieldsError) else {},
            error.current if isinstance(error, StaleError) else None,
        )


def of_lesson(
    course_id: int,
    lesson_id: int,
    section: str,
    act: Callable[[], Any],
    done: str | Callable[[], str] = "Сохранено.",
    key: str = "",
) -> ResponseReturnValue:
    """Do it and show the section of the lesson's page anew; refused, the section with what was typed in it.

    `done` may be asked for after the act, where what there is to tell depends on it.
    """
    try:
        act()
    except MENDABLE as error:
        return refused(course_id, lesson_id, Wrong.by(error, section, key), error.status)
    done = done if isinstance(done, str) else done()
    if not is_fragment():
        flash(done)
        return redirect(url_for("journal.lesson", course_id=course_id, lesson_id=lesson_id))
    with reading():
        page = lesson_page.load(current_user, course_id, lesson_id)
        return render_template("journal/_lesson_saved.html", page=page, section=section, done=done, wrong=None)


def refused(course_id: int, lesson_id: int, wrong: Wrong, status: int) -> ResponseReturnValue:
    db.session.rollback()
    template = f"journal/_lesson_{wrong.section}.html" if is_fragment() else "journal/lesson.html"
    with reading():
        page = lesson_page.load(current_user, course_id, lesson_id)
        return render_template(template, page=page, wrong=wrong, done=""), status


def go(address: str, done: str) -> ResponseReturnValue:
    """Lead the whole page on, told what was done there."""
    flash(done)
    if not is_fragment():
        return redirect(address)
    response = make_response("")
    response.headers["HX-Redirect"] = address
    return response
