"""Every change of a bundle is found, by whoever made it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import count

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from publishing.bundle.verifier.ed25519 import signed
from publishing.models import Release
from tests.exploring import examples
from tests.publishing.bundles import Files, files_in, lines_of, release_bundle, resealed, spelled, wrong_with
from tests.publishing.reviews import Review

pytestmark = pytest.mark.django_db


@pytest.fixture
def release(review: Review) -> Release:
    return review.release()


@pytest.fixture
def files(release: Release) -> Files:
    return files_in(release_bundle(release))


def test_c02_a_flipped_bit_of_any_byte_of_any_file_is_found(review: Review):
    """One bit of every byte of a small bundle, each time another one of the eight."""
    review.require(signatures={"approved": 1}, distinct_people=1)
    release = review.submit()
    review.sign(release, "approved", "owner")
    files = files_in(release_bundle(release))
    assert wrong_with(files) is None
    bits = count()
    for name in sorted(files.keys() - {"verify.py"}):
        data = bytearray(files[name])
        for place in range(len(data)):
            bit = 1 << next(bits) % 8
            data[place] ^= bit
            assert wrong_with({**files, name: bytes(data)}), f"{name}, byte {place}, bit {bit}"
            data[place] ^= bit


def change_lines(files: Files, change: Callable[[list[bytes]], list[bytes]]) -> Files:
    return {**files, "events.jsonl": b"".join(change(files["events.jsonl"].splitlines(keepends=True)))}


def test_c02_every_dropped_doubled_or_swapped_event_is_found_and_named(files: Files):
    total = len(files["events.jsonl"].splitlines())
    for place in range(total):
        dropped = change_lines(files, lambda lines: [*lines[:place], *lines[place + 1 :]])  # noqa: B023
        doubled = change_lines(files, lambda lines: [*lines[: place + 1], *lines[place:]])  # noqa: B023
        last = place == total - 1
        assert wrong_with(dropped) == (
            f"events.jsonl: it ends at event {place}, but {total} were sealed"
            if last
            else f"events.jsonl, event {place + 1}: the next one found is {place + 2}"
        )
        assert wrong_with(doubled) == f"events.jsonl, event {place + 2}: the next one found is {place + 1}"
        if not last:
            swapped = change_lines(
                files,
                lambda lines: [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]],  # noqa: B023
            )
            assert wrong_with(swapped) == f"events.jsonl, event {place + 1}: the next one found is {place + 2}"


def test_c02_every_added_and_every_removed_file_is_found_and_named(files: Files):
    assert wrong_with({**files, "content/more.md": b""}) == "content/more.md was added"
    for name in files.keys() - {"verify.py"}:
        rest = {other: data for other, data in files.items() if other != name}
        assert wrong_with(rest) == f"{name} is missing"


def test_a_bundle_without_its_verifier_is_valid(files: Files):
    del files["verify.py"]

    assert wrong_with(files) is None


def test_c13_a_swapped_key_is_found(files: Files, settings):
    """A forger seals everything anew with a key of their own, under its own name."""
    settings.FOUNDRY_SIGNING_KEY = "22" * 32
    public = Ed25519PrivateKey.from_private_bytes(bytes.fromhex("22" * 32)).public_key().public_bytes_raw()
    fingerprint = hashlib.sha256(public).hexdigest()
    (key,) = lines_of(files["keys.jsonl"])
    genuine, forged = key["fingerprint"], {**key, "public_key": public.hex()}
    named = {**forged, "fingerprint": fingerprint}

    swapped = resealed({**files, "keys.jsonl": spelled([forged])})
    assert wrong_with(swapped) == f"keys.jsonl, line 1: {genuine} is another key's name"
    renamed = resealed({**files, "keys.jsonl": spelled([named])}, key=fingerprint)
    assert f"its key {genuine} is neither one that you name" in str(wrong_with(renamed))
    added = resealed({**files, "keys.jsonl": spelled([key, named])}, key=fingerprint)
    assert wrong_with(added, genuine) == (
        f"seal.json: its key {fingerprint} is neither one that you name nor endorsed by one"
    )
    assert wrong_with(files, genuine) is None


def test_c13_a_signature_moved_from_another_release_is_found_even_if_sealed_anew(review: Review):
    first = review.submit()
    moved = review.sign(first, "approved", "owner")
    review.withdraw(first)
    files = files_in(release_bundle(review.release("2.0.0")))
    rows = lines_of(files["signatures.jsonl"])
    rows[2] |= {"id": str(moved.id), "statement": moved.text, "signature": bytes(moved.seal).hex()}

    found = wrong_with(resealed({**files, "signatures.jsonl": spelled(rows)}))

    assert found == f"signatures.jsonl, line 3: {moved.meaning} by Owner was given for something else"


@pytest.mark.parametrize(
    ("name", "member", "value", "found"),
    [
        ("signatures.jsonl", "signature", "00" * 64, "its seal does not fit"),
        ("releases.jsonl", "name", "9.9.9", "the events say something else (name)"),
        ("releases.jsonl", "state", "rejected", "the events say something else (state)"),
        ("releases.jsonl", "rules", {"signatures": {}, "distinct_people": 0}, "the events say something else (rules)"),
        ("versions.jsonl", "content_hash", "00" * 32, "its content hash does not fit its fields"),
        ("versions.jsonl", "fields", {}, "its content hash does not fit its fields"),
        ("leases.jsonl", "field", "files/other.md", "the events say something else (field)"),
        ("leases.jsonl", "end_reason", "expired", "the events say something else (end_reason)"),
        ("members.jsonl", "role", "viewer", "the events say something else (role)"),
        ("leases.jsonl", "ended_at", "2031-01-01T00:00:00.000000Z", "the events say something else (ended_at)"),
        ("leases.jsonl", "session", "0197f0d4-0000-7000-8000-000000000000", "the events say something else (session)"),
        ("events.jsonl", "canonical", "{}", "its content or time was changed"),
        ("events.jsonl", "at", "2026-01-01T00:00:00.000000Z", "its content or time was changed"),
    ],
)
def test_c02_what_the_site_s_own_key_sealed_must_still_fit_together(
    files: Files, name: str, member: str, value: object, found: str
):
    """Not even who has the key gets one changed line past the others."""
    rows = lines_of(files[name])
    rows[0][member] = value

    wrong = wrong_with(resealed({**files, name: spelled(rows)}))

    assert wrong is not None
    assert found in wrong


@pytest.mark.parametrize("name", ["signatures.jsonl", "releases.jsonl", "versions.jsonl", "leases.jsonl"])
def test_c02_a_left_out_line_is_found_even_if_sealed_anew(files: Files, name: str):
    assert wrong_with(resealed({**files, name: spelled(lines_of(files[name])[1:])}))


def test_c13_other_content_is_found_even_if_sealed_anew(files: Files):
    found = wrong_with(resealed({**files, "content/prompt_text.md": b"Be vague.\n"}))

    assert found == "content/prompt_text.md: it is not the text of v1"


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200), bit=st.integers(0, 511))
@settings(max_examples=examples(30))
def test_our_ed25519_agrees_with_the_reviewed_one(seed: bytes, message: bytes, bit: int):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    wrong = bytearray(signature)
    wrong[bit // 8] ^= 1 << bit % 8

    assert signed(public, message, signature)
    assert not signed(public, message, bytes(wrong))
    assert not signed(public, message + b"!", signature)


def test_our_ed25519_refuses_a_signature_spelled_another_way():
    """Adding the group's order to the scalar gives a second signature, which RFC 8032 has everybody refuse."""
    key = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
    signature = key.sign(b"x")
    scalar = int.from_bytes(signature[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    other = signature[:32] + scalar.to_bytes(32, "little")

    assert not signed(key.public_key().public_bytes_raw(), b"x", other)
