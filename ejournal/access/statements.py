"""Statements that are put together once and run many times: for a page, making them costs more than running them.

    @prepared
    def _lessons(viewer: Viewer, today: date, groups: Collection[int]) -> Select[...]:
        return select(Lesson).join(Course).where(sees(viewer, today), Course.group_id.in_(groups))

    db.session.execute(*_lessons(viewer, settings.today(), groups))

The function is called once for each shape of its arguments: the viewer's roles, what is None, flags and conditions
(functions), whether a list is of one. In place of numbers, days, moments, texts and lists it gets parameters, which are
filled in at each run; a list is good for `in_` alone.
So it must not reckon with them (what follows from a day is `reckoned`), nor ask what time it is: pass that in.
"""

from collections.abc import Callable, Collection
from datetime import date, datetime
from enum import Enum
from functools import wraps
from typing import Any, ParamSpec

from sqlalchemy import BindParameter, Date, Executable, Integer, String, bindparam
from sqlalchemy.types import TypeEngine

from ejournal.access.core import Viewer
from ejournal.models.base import UtcDateTime

P = ParamSpec("P")
Run = tuple[Executable, dict[str, Any]]

# A moment is a date too, so it is asked for first.
KINDS: dict[type, type[TypeEngine[Any]]] = {int: Integer, datetime: UtcDateTime, date: Date, str: String}
# What decides how the statement looks.
WORDS = (bool, type(None), Enum, frozenset)


def prepared(build: Callable[P, Executable]) -> Callable[P, Run]:
    """The statement that `build` makes for such arguments, and the values to run it with."""
    names = build.__code__.co_varnames[: build.__code__.co_argcount]
    made: dict[tuple[Any, ...], tuple[Executable, list[tuple[str, str, Callable[[Any], Any]]]]] = {}

    @wraps(build)
    def run(*args: P.args, **kwargs: P.kwargs) -> Run:
        given = dict(zip(names, args, strict=False)) | kwargs
        shape = tuple((name, _shape(value)) for name, value in given.items())
        if shape not in made:
            parameters = {name: _parameter(name, value) for name, value in given.items()}
            statement = build(**parameters)  # type: ignore[call-arg]
            made[shape] = statement, _following(parameters)
        statement, following = made[shape]
        values = _values(given)
        for name, source, reckon in following:
            values[name] = reckon(values[source])
        return statement, values

    return run


def reckoned(day: Any, reckon: Callable[[date], Any]) -> Any:
    """What follows from a day, such as 18 years before it; of a parameter a parameter that follows it."""
    if isinstance(day, date):
        return reckon(day)
    name = f"{day.key}_{reckon.__name__}"
    day.following[name] = reckon
    return bindparam(name, type_=_kind(reckon(date.min.replace(year=2000))))


def _shape(value: Any) -> Any:
    if isinstance(value, Viewer):
        return value.roles
    if _decides(value):
        return value
    if isinstance(value, Collection) and not isinstance(value, str):
        # «= ?» of one is quicker than a list that is written out at each run.
        return list, _kind(next(iter(value), 0)), len(value) == 1
    return _kind(value)


def _decides(value: Any) -> bool:
    """Whether a value shapes the statement instead of being filled in."""
    return isinstance(value, WORDS) or callable(value)


def _parameter(name: str, value: Any) -> Any:
    if isinstance(value, Viewer):
        # The same conditions as everywhere, for a viewer whose number is filled in.
        return Viewer(_number(f"{name}_account"), 0, "", _number(f"{name}_person"), "", "", value.roles)
    if _decides(value):
        return value
    if isinstance(value, Collection) and not isinstance(value, str):
        kind = _kind(next(iter(value), 0))
        return [bindparam(name, type_=kind)] if len(value) == 1 else bindparam(name, type_=kind, expanding=True)
    made = bindparam(name, type_=_kind(value))
    made.following = {}  # type: ignore[attr-defined]
    return made


def _number(name: str) -> Any:
    return bindparam(name, type_=Integer)


def _kind(value: Any) -> type[TypeEngine[Any]]:
    for known, kind in KINDS.items():
        if isinstance(value, known):
            return kind
    raise TypeError(f"a prepared statement takes no {type(value).__name__}")


def _following(parameters: dict[str, Any]) -> list[tuple[str, str, Callable[[Any], Any]]]:
    """Names of parameters that follow another one, that one, and how."""
    return [
        (name, source, reckon)
        for source, parameter in parameters.items()
        if isinstance(parameter, BindParameter)
        for name, reckon in getattr(parameter, "following", {}).items()
    ]


def _values(given: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in given.items():
        if isinstance(value, Viewer):
            values[f"{name}_account"], values[f"{name}_person"] = value.id, value.person_id
        elif _decides(value):
            continue
        elif isinstance(value, Collection) and not isinstance(value, str):
            values[name] = next(iter(value)) if len(value) == 1 else list(value)
        else:
            values[name] = value
    return values
