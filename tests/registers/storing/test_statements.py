"""Arrays are spelled as Postgres reads them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.statements import run
from stages.registers.storing.statements import array_text

pytestmark = pytest.mark.django_db
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
NOW = timezone.now()


def read_back(type_: str, values: list[Any]) -> list[Any]:
    ((found,),) = run((f"SELECT %s::{type_}[]", [array_text(type_, values)]))
    return list(found)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.none() | TEXTS | st.sampled_from(["NULL", '"', "\\", "{}", ",", "\\x00", " ", ""])))
def test_texts(values: list[str | None]) -> None:
    assert read_back("text", values) == values


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        ("bytea", [b"", b'\x00\\"', None, bytes(range(256))]),
        ("int", [1, None, -7]),
        ("bigint", [2**62, None]),
        ("boolean", [True, False, None]),
        ("uuid", [uuid4(), None]),
        ("timestamptz", [NOW, None]),
    ],
)
def test_other_types(type_: str, values: list[Any]) -> None:
    assert read_back(type_, values) == values


def test_json() -> None:
    spelled = ['{"a": "\\"\\\\ {}"}', None, "[1, 2]"]
    ((found,),) = run(("SELECT %s::jsonb[]::text[]", [array_text("jsonb", spelled)]))
    assert found == spelled
