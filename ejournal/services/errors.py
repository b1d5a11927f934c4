"""How a service says no. The web layer turns each into its status and a fragment in Russian."""

from dataclasses import dataclass


class ServiceError(Exception):
    """Something a person can mend; `message` is Russian and says what to do."""

    status = 422

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFoundError(ServiceError):
    """Not there, or not this person's: the answer is the same, so that nothing is revealed."""

    status = 404

    def __init__(self, message: str = "Такой страницы нет, или она вам не открыта.") -> None:
        super().__init__(message)


class ForbiddenError(ServiceError):
    status = 403


class RefusedError(ServiceError):
    """What was typed cannot be stored. `repair` is the notation offered instead, accepted with one key."""

    def __init__(self, message: str, repair: str | None = None) -> None:
        super().__init__(message)
        self.repair = repair


class FieldsError(RefusedError):
    """Fields of a form that cannot be stored: what is wrong with each, by its name."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("Сохранено не было: исправьте отмеченное и сохраните ещё раз.")
        self.fields = fields


class ReasonNeededError(RefusedError):
    """The clause's term has passed: the change is allowed with a reason (п. 4.2, 4.4)."""


class DebtNeededError(RefusedError):
    """The mark opens an academic debt: its term and form of passing are asked for (п. 4.4)."""


class NoYearError(RefusedError):
    """Nothing can be shown or done before the first academic year is set up (п. 4.2)."""

    def __init__(self) -> None:
        super().__init__("Учебного года ещё нет: системный администратор создаёт его в разделе «Учебный год».")


@dataclass(frozen=True, slots=True)
class Current:
    """What is stored now, and who put it there when."""

    text: str
    version: int
    who: str
    when: str


class StaleError(ServiceError):
    """Somebody else changed it since the version that was seen."""

    status = 409

    def __init__(self, message: str, current: Current) -> None:
        super().__init__(message)
        self.current = current


class ClosedError(ServiceError):
    """The period is closed (п. 4.4)."""

    status = 423


class TooManyError(ServiceError):
    """Too many attempts; `retry_after` in seconds."""

    status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
