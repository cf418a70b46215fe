"""Headers, operations and bundles: what is signed and hashed, and what is refused by its form."""

from __future__ import annotations

import hashlib
import itertools
import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from kernel.canonical import canonical
from stages.registers.fold.bundles import Bundle, Head, check_follows, read_bundle
from stages.registers.fold.clocks import changes, join
from stages.registers.fold.errors import Malformed, NeedsNewerVersion
from stages.registers.fold.headers import Header, read_header
from stages.registers.fold.hlc import MAX_COUNTER, ZERO, check_hlc, make_hlc, next_hlc, split_hlc
from stages.registers.fold.ids import COLUMN, TABLE, schema_id
from stages.registers.fold.members import check_id
from stages.registers.fold.operations import read_operation
from stages.registers.fold.payloads import CreateEntity, SetField
from stages.registers.fold.signatures import SMALL_ORDER_KEYS, verify
from stages.registers.fold.texts import read_canonical
from stages.registers.fold.values import MAX_TEXT, check_value
from tests.registers.fold.writing import PROJECT, Site, key_of, numbered_id, public_key, signed_bundle

IDS = [numbered_id(number) for number in range(1, 9)]
MODULES = (
    *("bundles", "clocks", "errors", "headers", "hlc", "ids", "members"),
    *("operations", "ordering", "payloads", "signatures", "texts", "values"),
    *("digests", "effects", "facts", "identity", "lives", "stacks", "views"),
)


def bundle_of(*payloads: Any) -> Bundle:
    return signed_bundle(payloads, key_of("Ann"), itertools.count(100))


@pytest.fixture
def bundle() -> Bundle:
    return bundle_of(CreateEntity(IDS[0]), SetField(IDS[0], "requirements", "title", "Pump stops"))


def parts(bundle: Bundle) -> list[tuple[str, bytes]]:
    return list(zip(bundle.signed.texts, bundle.signed.signatures, strict=True))


def test_an_hlc_rises_whatever_the_clock_says() -> None:
    assert next_hlc(ZERO, 5) == make_hlc(5) == "0000000000000005" + "00000000"
    assert next_hlc(make_hlc(5), 5) == make_hlc(5, 1)
    assert next_hlc(make_hlc(9, 7), 5) == make_hlc(9, 8)
    assert next_hlc(make_hlc(9, MAX_COUNTER), 5) == make_hlc(10)
    assert split_hlc(make_hlc(2**53 - 1, 3)) == (2**53 - 1, 3)
    for wrong in (None, 5, "", "0" * 24, "0" * 23, "F" * 24, "f" * 24, "0" * 25):
        with pytest.raises(Malformed):
            check_hlc(wrong, "hlc")


@given(st.tuples(st.integers(0, 2**53 - 1), st.integers(0, MAX_COUNTER)), st.tuples(st.integers(0, 99), st.just(0)))
def test_hlcs_are_ordered_as_their_bytes(one: tuple[int, int], other: tuple[int, int]) -> None:
    first, second = make_hlc(*one), make_hlc(*other)
    assert (first < second) == (one < other) == (bytes.fromhex(first) < bytes.fromhex(second))


def test_a_clock_joins_and_says_what_has_changed() -> None:
    clock = {"a": make_hlc(1), "b": make_hlc(5)}
    join(clock, {"a": make_hlc(3), "b": make_hlc(2), "c": make_hlc(1)})
    assert clock == {"a": make_hlc(3), "b": make_hlc(5), "c": make_hlc(1)}
    assert changes({"a": make_hlc(3), "b": make_hlc(1)}, clock) == {"b": make_hlc(5), "c": make_hlc(1)}


def test_a_table_made_at_two_sites_is_one() -> None:
    expected = bytearray(hashlib.sha256(f'["{PROJECT}","foundry.table","risks"]'.encode()).digest()[:16])
    made = schema_id(PROJECT, TABLE, "risks")
    assert check_id(made, "id") == made
    assert made.replace("-", "")[:12] == expected.hex()[:12]
    assert made != schema_id(PROJECT, COLUMN, "risks")
    assert schema_id(PROJECT, COLUMN, "risks", "prio") != schema_id(PROJECT, COLUMN, "risksprio")


def test_a_bundle_is_read_as_it_was_written(bundle: Bundle) -> None:
    read = read_bundle(bundle.signed.header_text, parts(bundle))
    assert read == bundle.signed
    assert read.wrong_signature() is None
    assert check_follows(read, Head()).head == bundle.head
    assert json.loads(bundle.signed.header_text).keys() == {
        *("type", "v", "project", "bundle_id", "site_key", "number", "prev", "saw", "count", "undoes")
    }
    assert json.loads(bundle.signed.texts[1]) == {
        "type": "operation",
        "v": 1,
        "header": hashlib.sha256(bundle.signed.header_text.encode()).hexdigest(),
        "bundle_id": bundle.header.bundle_id,
        "op_id": bundle.operations[1].op_id,
        "hlc": make_hlc(1_700_000_000_000, 1),
        "actor_id": key_of("Ann").verify_key.encode().hex(),
        "payload": {
            "type": "SetField",
            "entity_id": IDS[0],
            "facet_type": "requirements",
            "field_name": "title",
            "value": "Pump stops",
        },
    }


def test_the_hash_of_a_bundle_covers_every_byte_of_it(bundle: Bundle) -> None:
    """Header, texts, signatures, each after its length in 8 bytes."""
    signed = bundle.signed
    pieces = [signed.header_text.encode(), *(text.encode() for text in signed.texts), *signed.signatures]
    stream = b"".join(len(piece).to_bytes(8, "big") + piece for piece in pieces)
    assert bundle.hash == hashlib.sha256(stream).hexdigest()
    assert replace(signed, signatures=(signed.signatures[0], bytes(64))).hash != bundle.hash


def test_the_same_operations_have_the_same_hash_everywhere(bundle: Bundle) -> None:
    """Written down once; another machine or a later version has to find the same."""
    assert bundle.hash == "40bbcf2b06e2fa79de7a70214a6aff74dfe272bbfb9143cdc880cfe66fc33a88"


def test_one_changed_byte_breaks_the_signature(bundle: Bundle) -> None:
    changed = bundle.signed.texts[1].replace("Pump stops", "Pump stopt")
    read = read_bundle(bundle.signed.header_text, [parts(bundle)[0], (changed, bundle.signed.signatures[1])])
    assert read.wrong_signature() == 1


def test_an_operation_belongs_to_one_bundle(bundle: Bundle) -> None:
    other = replace(bundle.header, count=1)
    with pytest.raises(Malformed, match=r"operations\.0\.header: names another bundle"):
        read_bundle(other.text, parts(bundle)[:1])


def test_keys_of_small_order_sign_nothing() -> None:
    """With them, one signature can be right for many texts; other libraries let that pass."""
    assert len(SMALL_ORDER_KEYS) == 14
    identity = (1).to_bytes(32, "little")
    assert identity in SMALL_ORDER_KEYS
    for key in SMALL_ORDER_KEYS:
        for point in SMALL_ORDER_KEYS:
            assert not verify(key, point + bytes(32), "any text")
    assert not verify(b"", bytes(64), "any text")
    assert not verify(key_of("Ann").verify_key.encode(), b"short", "any text")
    assert verify(key_of("Ann").verify_key.encode(), key_of("Ann").sign(b"a text").signature, "a text")


HEADER = Header(
    project=PROJECT,
    bundle_id=IDS[1],
    site_key=public_key("A"),
    number=2,
    prev=public_key("hash"),
    saw={public_key("B"): make_hlc(7)},
    count=1,
)


@pytest.mark.parametrize(
    ("member", "value", "named"),
    [
        ("type", "bundle", "type"),
        ("v", 0, "v"),
        ("v", True, "v"),
        ("project", "x", "project"),
        ("bundle_id", PROJECT.replace("-7", "-4"), "bundle_id"),
        ("site_key", "AB" * 32, "site_key"),
        ("number", 0, "number"),
        ("number", "2", "number"),
        ("number", 1, "prev"),
        ("prev", None, "prev"),
        ("prev", "ab", "prev"),
        ("saw", [], "saw"),
        ("saw", {"x": make_hlc(1)}, "saw.x"),
        ("saw", {public_key("B"): 7}, f"saw.{public_key('B')}"),
        ("saw", {public_key("A"): make_hlc(1)}, "saw"),
        ("count", 0, "count"),
        ("count", 10_001, "count"),
        ("undoes", "x", "undoes"),
        ("more", 1, "more"),
    ],
)
def test_a_malformed_header_is_refused_by_its_member(member: str, value: object, named: str) -> None:
    assert read_header(HEADER.text) == HEADER
    changed = {**json.loads(HEADER.text), member: value}
    with pytest.raises(Malformed) as refused:
        read_header(canonical(changed))
    assert refused.value.member == named


def test_a_missing_member_is_named_and_a_later_version_is_no_mistake() -> None:
    value = json.loads(HEADER.text)
    with pytest.raises(Malformed, match=r"^undoes: missing$"):
        read_header(canonical({name: each for name, each in value.items() if name != "undoes"}))
    with pytest.raises(NeedsNewerVersion):
        read_header(canonical({**value, "v": 2}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        '{"b":1,"a":2}',
        '{"a":1,"a":1}',
        '{"a": 1}',
        '{"a":1.0}',
        '{"a":NaN}',
        '{"a":1e400}',
        '{"a":"\\u0061"}',
        '{"a":"\\ud800"}',
        '{"a":9007199254740993}',
        '{"a":' + "9" * 400 + "}",
        '{"a":-0}',
    ],
)
def test_a_text_that_is_not_canonical_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read_canonical(text, 1_000_000)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53) + 1, 2**53 - 1))
def test_a_number_comes_back_as_what_it_is(number: float) -> None:
    text = canonical({"a": number})
    read = read_canonical(text, 1_000)["a"]
    assert read == number
    assert canonical({"a": read}) == text
    assert check_value(read, "value") == number


def test_a_value_that_no_column_has_is_refused() -> None:
    wrong: object
    for wrong in (
        [],
        {},
        {"entity": "x"},
        {"entity": IDS[0], "more": 1},
        2**53,
        float("inf"),
        "\0",
        "x" * (MAX_TEXT + 1),
    ):
        with pytest.raises(Malformed) as refused:
            check_value(wrong, "value")
        assert refused.value.member.startswith("value")


def test_a_bundle_follows_the_one_before_it() -> None:
    ids = itertools.count(1)
    site, other = Site("A", ids), Site("B", ids)
    first = site.write([CreateEntity(IDS[0])])
    seen = other.write([CreateEntity(IDS[1])])
    second = site.write([CreateEntity(IDS[2])], seen={seen.header.site_key: seen.hlc})
    assert second.header.saw == {seen.header.site_key: seen.hlc}
    third = site.write([CreateEntity(IDS[3])])
    assert third.header.saw == {}
    assert third.clock == second.clock
    assert check_follows(third.signed, second.head).head == third.head
    for wrong, head in ((first, first.head), (third, first.head), (second, replace(first.head, hash=seen.hash))):
        with pytest.raises(Malformed):
            check_follows(wrong.signed, head)
    with pytest.raises(Malformed, match="not later than what the site had seen before"):
        check_follows(second.signed, replace(first.head, clock=second.clock))
    with pytest.raises(Malformed, match="not later than everything"):
        check_follows(second.signed, replace(first.head, hlc=make_hlc(2_000)))
    late = replace(second.signed, header=replace(second.header, saw={other.site_key: make_hlc(9_000)}))
    with pytest.raises(Malformed, match="not later than everything"):
        check_follows(late, first.head)


def test_hlcs_rise_within_a_bundle_and_ids_are_used_once(bundle: Bundle) -> None:
    one, two = parts(bundle)
    with pytest.raises(Malformed, match=r"operations\.1\.hlc"):
        read_bundle(bundle.signed.header_text, [two, one])
    again = one[0].replace(bundle.operations[0].hlc, make_hlc(1_800_000_000_000))
    with pytest.raises(Malformed, match="twice"):
        read_bundle(bundle.signed.header_text, [one, (again, one[1])])
    with pytest.raises(Malformed, match="count: 2, but 1 operations"):
        read_bundle(bundle.signed.header_text, [one])
    with pytest.raises(Malformed, match=r"operations\.1\.signature"):
        read_bundle(bundle.signed.header_text, [one, (two[0], b"short")])


@pytest.mark.parametrize(
    ("source", "named"),
    [({"rule": "x" * 201}, "source.rule"), ({}, "source"), ({"a": "", "b": ""}, "source"), ("x", "source")],
)
def test_the_source_of_an_operation_is_one_name(bundle: Bundle, source: object, named: str) -> None:
    value = json.loads(bundle.signed.texts[0])
    assert read_operation(canonical({**value, "source": {"rule": "SM cues"}})).source == {"rule": "SM cues"}
    with pytest.raises(Malformed) as refused:
        read_operation(canonical({**value, "source": source}))
    assert refused.value.member == named


def test_texts_and_what_is_hashed_need_no_django() -> None:
    """The rest needs the kernel's reader of shared texts, which does."""
    modules = ", ".join(f"stages.registers.fold.{name}" for name in MODULES)
    code = f"import sys, {modules}\nassert 'django' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, check=True)
