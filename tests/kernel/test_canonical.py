"""Canonical texts are RFC 8785's to the byte, whichever way they are written."""

from __future__ import annotations

import hashlib
from enum import IntEnum, StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from kernel.canonical import canonical, canonical_bytes, canonical_hash


class Colour(StrEnum):
    RED = "red"


class Number(IntEnum):
    ONE = 1


TEXTS = st.text() | st.sampled_from(["\u0000\u001f\u007f\u0080\u2028", '"\\/\b\f\n\r\t', "\ue000", "\U0001f600", "é"])
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | NUMBERS | TEXTS | st.sampled_from([Colour.RED, Number.ONE])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@given(VALUES)
def test_every_value_is_written_as_the_library_writes_it(value: Any) -> None:
    expected = rfc8785.dumps(value)
    assert canonical_bytes(value) == expected
    assert canonical(value) == expected.decode()
    assert canonical_hash(value) == hashlib.sha256(expected).hexdigest()


def test_keys_are_ordered_by_utf_16() -> None:
    # By code points the first would be the last.
    assert list(canonical({"\U0001f600": 1, "\ue000": 2}).replace("\U0001f600", "a").replace("\ue000", "b")) == list(
        '{"a":1,"b":2}'
    )
    assert canonical({"b": 1, "B": 2, "a1": 3, "a": 4}) == '{"B":2,"a":4,"a1":3,"b":1}'


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 2**53, -(2**53), "\ud800", {"\udfff": 1}, {"a": "\ud800"}, {1: "a"}, b"a", {"a": {1}}],
    ids=repr,
)
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    for given_value in (value, [value], {"a": value}):
        with pytest.raises(ValueError, match=r"."):
            canonical(given_value)
        with pytest.raises(ValueError, match=r"."):
            canonical_hash(given_value)
