"""ИНН and ОГРН with their check digits."""

import pytest

from ejournal.domain.requisites import is_inn, is_ogrn


@pytest.mark.parametrize(
    ("text", "right"),
    [("7707083893", True), ("7707083894", False), ("770708389", False), ("77070838931", False), ("77070838٩3", False)],
)
def test_an_inn_has_ten_digits_and_its_check(text: str, right: bool) -> None:
    assert is_inn(text) is right


@pytest.mark.parametrize(
    ("text", "right"), [("1027700132195", True), ("1027700132194", False), ("102770013219", False), ("", False)]
)
def test_an_ogrn_has_thirteen_digits_and_its_check(text: str, right: bool) -> None:
    assert is_ogrn(text) is right
