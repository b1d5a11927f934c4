"""Copies are made of both databases; what does not differ between them is tested on one."""

import pytest

from tests.conftest import POSTGRES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if POSTGRES and "app" in metafunc.fixturenames and metafunc.function.__name__.startswith("test_r2_3_store"):
        metafunc.parametrize("app", ["sqlite", "postgres"], indirect=True)
