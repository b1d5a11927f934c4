"""The fieldset «Кому» of a form (templates/components/audience.html)."""

from werkzeug.datastructures import MultiDict

from ejournal.domain.audiences import Choice


def choice_in(form: MultiDict[str, str]) -> Choice:
    """What was ticked; what is no number is nothing."""
    return Choice(
        tuple(dict.fromkeys(form.getlist("audience_role"))),
        _numbers(form, "audience_group"),
        _numbers(form, "audience_course"),
        _numbers(form, "audience_programme"),
    )


def _numbers(form: MultiDict[str, str], name: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(number for number in form.getlist(name, type=int) if 0 < number < 2**31))
