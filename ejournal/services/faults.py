"""What the server's log may say of a fault: its kind and where it happened, nothing of anybody (152-ФЗ).

Messages of exceptions quote what was typed or stored («invalid literal for int(): 'Иванов'», «Key (snils)=(…) exists»).
"""

import traceback

from sqlalchemy.exc import DBAPIError


def describe(error: BaseException) -> str:
    """The places in the code, innermost last, then the kind of each error that led to this one."""
    lines = traceback.format_tb(error.__traceback__)
    cause: BaseException | None = error
    while cause is not None:
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__}{_of_database(cause)}\n")
        cause = cause.__cause__ or cause.__context__
    return "".join(lines)


def _of_database(error: BaseException) -> str:
    """A database names its constraint or says that it is locked in the first line; values come below."""
    if not isinstance(error, DBAPIError):
        return ""
    return ": " + (str(error.orig).splitlines() or [""])[0][:200]
