"""What lists of people share: columns of a name, and how the three ways of writing a name are read."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ejournal.exchange.headers import Field, Reading, RowError
from ejournal.exchange.values import BadValueError, Name, name_of_parts, person_name, text

Record = TypeVar("Record")

NUMBER = Field("_number", "№", r"^(?:n|no|номер|п п|номер п п|код)?$")
SURNAME = Field("surname", "Фамилия", r"^фамилия(?: \w+)?$")
FIRST_NAME = Field("first_name", "Имя", r"^имя(?: \w+)?$")
PATRONYMIC = Field("patronymic", "Отчество", r"^отчество")
BIRTH = Field("birth", "Дата рождения", r"рожд|^д р$|^др$")
PHONE = Field("phone", "Телефон", r"телефон|^тел\b|сотов|мобил|^моб\b")
SNILS = Field("snils", "СНИЛС", r"снилс|страхов")
EMAIL = Field("email", "Эл. почта", r"почт|^e ?mail|^емейл|^имейл|^мейл|^mail")


@dataclass(slots=True)
class Listing(Generic[Record]):
    """What a file says: records, refused rows, and remarks that do not stop the import."""

    records: list[Record] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def take_name(reading: Reading) -> Name | None:
    """The name from one column or three; a mistake is noted under «name»."""
    table, row = reading.table, reading.row
    try:
        if "name" in table.columns and text(table.value(row, "name")):
            return person_name(table.value(row, "name"))
        if "surname" in table.columns:
            parts = (table.value(row, key) for key in ("surname", "first_name", "patronymic"))
            return name_of_parts(*parts)
        raise BadValueError("не указано имя")
    except BadValueError as error:
        key = "name" if "name" in table.columns else "surname"
        reading.refuse(key, str(error))
        return None
