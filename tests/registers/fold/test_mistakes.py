"""Whatever a peer sends: it is read, or refused with the name of a member, and nothing else happens."""

from __future__ import annotations

import itertools
import json
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.canonical import canonical
from stages.registers.fold.bundles import read_bundle
from stages.registers.fold.errors import Malformed
from stages.registers.fold.headers import read_header
from stages.registers.fold.operations import read_operation
from stages.registers.fold.payloads import CreateEntity, read_payload
from tests.exploring import examples
from tests.registers.fold.test_payloads import GOOD
from tests.registers.fold.writing import key_of, numbered_id, signed_bundle

BUNDLE = signed_bundle([CreateEntity(numbered_id(1))], key_of("Ann"), itertools.count(100))
HEADER, OPERATION = BUNDLE.signed.header_text, BUNDLE.signed.texts[0]

texts = st.text(max_size=8) | st.sampled_from(["", "edge:", "a0", numbered_id(3), "ab" * 32, "0" * 24, "\ud800", "\0"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(texts, below, max_size=3),
    max_leaves=6,
)


@settings(max_examples=examples(150))
@given(st.sampled_from(sorted(GOOD)), st.data(), anything)
def test_a_payload_with_anything_in_a_member(kind: str, data: st.DataObject, value: Any) -> None:
    member = data.draw(st.sampled_from([*GOOD[kind], "resolves", "unset", "confirmed", "type", "more"]))
    changed = {"type": kind, **GOOD[kind], member: value}
    with suppress(Malformed):
        assert canonical(read_payload(changed).to_json()) == canonical(changed)


@settings(max_examples=examples(150))
@given(st.data(), anything)
def test_a_header_and_an_operation_with_anything_in_a_member(data: st.DataObject, value: Any) -> None:
    for text, read in ((HEADER, read_header), (OPERATION, read_operation)):
        good = json.loads(text)
        member = data.draw(st.sampled_from([*good, "source", "more"]))
        changed = json.dumps({**good, member: value}, sort_keys=True, separators=(",", ":"))
        with suppress(Malformed):
            assert read(changed).text == changed


@settings(max_examples=examples(100))
@given(st.integers(0, len(OPERATION)), st.integers(0, len(HEADER)), st.text(max_size=3) | st.just("\ud800"))
def test_a_bundle_with_anything_in_its_texts(at: int, within: int, inserted: str) -> None:
    operation = OPERATION[:at] + inserted + OPERATION[at + 1 :]
    header = HEADER[:within] + inserted + HEADER[within + 1 :]
    signature = BUNDLE.signed.signatures[0]
    for texts_of in ((HEADER, operation), (header, OPERATION)):
        with suppress(Malformed):
            read = read_bundle(texts_of[0], [(texts_of[1], signature)])
            assert (read.header_text, read.texts[0]) == texts_of
            assert read.header.text == texts_of[0]


@given(st.text())
def test_any_text(text: str) -> None:
    for read in (read_header, read_operation):
        with suppress(Malformed):
            read(text)
