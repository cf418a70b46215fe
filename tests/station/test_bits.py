"""Any one bit that is other than it was sealed: refused, and no file changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundry_station.sealed import SealedText
from tests.exploring import examples
from tests.station.rig import Rig

LAST = 5


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, SealedText]]:
    """A station that obeys edition 5, and the next one, which it has not got."""
    rig = Rig(tmp_path_factory.mktemp("bits"))
    rig.number = LAST - 1
    rig.issue(rig.site.directive())
    yield rig, rig.site.edition(LAST + 1, [rig.site.directive("Always.\n")])
    rig.state.close()


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


def with_flipped_bit(sealed: SealedText, what: str, bit: int) -> SealedText:
    if what == "seal":
        return replace(sealed, seal=flipped(bytes.fromhex(sealed.seal), bit).hex())
    return replace(sealed, **{what: flipped(getattr(sealed, what).encode(), bit).decode("utf-8", "replace")})


@settings(max_examples=examples(200))
@given(st.sampled_from(["text", "seal", "key", "content"]), st.integers(0, 20_000))
def test_an_edition_of_which_a_bit_was_flipped_changes_no_file(
    kept: tuple[Rig, SealedText], what: str, bit: int
) -> None:
    rig, sealed = kept
    before = rig.file.read_bytes()
    (sha256,) = (each["text"]["sha256"] for each in json.loads(sealed.text)["directives"])
    content = rig.site.texts[sha256]
    if what == "content":
        taken = rig.take(sealed, texts={sha256: flipped(content.encode(), bit).decode("utf-8", "replace")})
    else:
        taken = rig.take(with_flipped_bit(sealed, what, bit))
    assert not taken
    rig.engine.replan()
    rig.round()
    assert rig.file.read_bytes() == before
    assert rig.engine.authority.numbers() == {rig.site.team: LAST}


def test_what_was_refused_does_not_keep_the_right_one_away(rig: Rig) -> None:
    """One that was seen altered is obeyed as it was sealed."""
    rig.issue(rig.site.directive())
    sealed = rig.site.edition(2, [rig.site.directive("Always.\n")])
    assert not rig.take(with_flipped_bit(sealed, "seal", 0))
    assert rig.take(sealed)
    assert rig.reports("refused")
