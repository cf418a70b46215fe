"""Canonical texts are read alike in the quick way and in the thorough one, and no other text passes either of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.canonical import canonical
from stages.registers.fold import texts
from stages.registers.fold.errors import Malformed
from stages.registers.fold.texts import read_canonical

MOST = 1_000_000
NAMES = st.text(max_size=5) | st.sampled_from(["a", "é", "\ue000", "\U0001f600", "\u007f", "\u2028"])
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | NUMBERS | st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.dictionaries(
    NAMES.filter(lambda name: not any("\ud800" <= each <= "\udfff" for each in name)),
    st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text("abc", max_size=3), inner)),
    max_size=5,
)


@given(VALUES)
def test_a_value_is_read_as_it_was_written(value: dict[str, Any]) -> None:
    text = canonical(value)
    found = read_canonical(text, MOST)
    assert found == value
    # Equal is not the same: 1, 1.0 and true are.
    assert repr(found) == repr(texts._read_any(text))


@given(VALUES, st.data())
def test_a_text_that_was_changed_is_judged_alike_both_ways(value: dict[str, Any], data: st.DataObject) -> None:
    text = canonical(value)
    at = data.draw(st.integers(0, len(text)))
    changed = text[:at] + data.draw(st.sampled_from([" ", "0", ".0", "e1", "-", "\\u0061", "\t", '"', ","])) + text[at:]
    quick = texts._read_common(changed, changed.encode())
    if quick is not None:
        assert repr(quick) == repr(texts._read_any(changed))


@pytest.mark.parametrize(
    "text",
    [
        *('{"a":1.0}', '{"a":1e2}', '{"a":-0}', '{"a":01}', '{"a": 1}', '{"a":1}\n'),
        *('{"b":1,"a":2}', '{"a":1,"a":1}', '{"a":"\\u0061"}', '{"a":"\\/"}', '{"a":"\t"}', '{"a":"\\u001F"}'),
        *('{"\ue000":1,"\U0001f600":2}', '{"a":"\ud800"}', '{"a":NaN}', "\ufeff{}", '{"a":1}}', '{"a":', "", "{}{}"),
        '{"a":' * 2_000 + "1" + "}" * 2_000,
    ],
    ids=lambda text: ascii(text)[:40],
)
def test_no_other_text_passes(text: str) -> None:
    with pytest.raises(Malformed):
        read_canonical(text, MOST)


def test_what_common_texts_do_not_have_is_read_too() -> None:
    for value in (
        {"a": 1.5},
        {"a": 1e300},
        {"\U0001f600": 1, "\ue000": 2},
        {"a": [[[[[[[[[[1]]]]]]]]]]},
        [1],
        "text",
        1,
    ):
        assert read_canonical(canonical(value), MOST) == value
