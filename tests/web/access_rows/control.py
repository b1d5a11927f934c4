"""Контроль сроков (R4.2.e, f, h): everybody who teaches, of what is theirs; terms and papers for administration."""

from tests.web.access_rows import OVERSEERS, STAFF

ROWS = {
    "control.index": STAFF,
    "control.issue": OVERSEERS,
    "control.save_terms": OVERSEERS,
    "control.terms": OVERSEERS,
}
