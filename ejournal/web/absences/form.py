"""What a form says of a document about absences."""

from datetime import date
from typing import Any

from flask import request

from ejournal.domain.absences import CODES
from ejournal.models import PAPER_KINDS, AbsencePaper
from ejournal.services.absence_form import Form


def read_form() -> Form:
    """One date alone is a document of one day."""
    field = request.form.get
    since = field("since", type=date.fromisoformat)
    return Form(
        kind=field("kind", ""),
        code=field("code", ""),
        since=since,
        until=field("until", type=date.fromisoformat) or (since if not field("until") else None),
        number=field("number", ""),
        issuer=field("issuer", ""),
    )


def stored(paper: AbsencePaper) -> dict[str, Any]:
    """The form as the paper stands, to be corrected."""
    return {
        "kind": paper.kind,
        "code": paper.code,
        "since": paper.since.isoformat(),
        "until": paper.until.isoformat(),
        "number": paper.number,
        "issuer": paper.issuer,
    }


def choices() -> dict[str, Any]:
    """What the fields offer."""
    return {"kinds": PAPER_KINDS.items(), "codes": [(code, f"{code} — {words}") for code, words in CODES.items()]}
