"""Bundles hold all operations with their signatures, and `verify.py` checks them without Foundry."""

from __future__ import annotations

import json
from typing import Any

import pytest
from nacl.signing import SigningKey

from publishing.bundle.verifier.ed25519 import signed
from stages.registers import bundle_verifier
from stages.registers.bundle_verifier import BUNDLES_FILE, KEYS_FILE
from stages.registers.fold.signatures import SMALL_ORDER_KEYS
from tests.publishing.bundles import (
    Files,
    files_in,
    lines_of,
    project_bundle,
    release_bundle,
    resealed,
    said_of,
    spelled,
    wrong_with,
)
from tests.publishing.conftest import make_review, review  # noqa: F401 (fixtures)
from tests.publishing.reviews import Review, caller_of
from tests.registers.storing.world import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(review: Review) -> Desk:  # noqa: F811 (the fixture)
    found = Desk(review.project, caller_of(review.people["editor"]))
    found.create_table()
    (record,) = found.create({"title": "Pump stops", "prio": 2})
    found.set(record, "title", "Pump halts")
    return found


@pytest.fixture
def files(review: Review, desk: Desk) -> Files:  # noqa: F811 (the fixture)
    return files_in(project_bundle(review))


def changed(files: Files, name: str, row: int, **members: Any) -> Files:
    rows = lines_of(files[name])
    rows[row] |= members
    return resealed({**files, name: spelled(rows)})


def test_a_bundle_holds_every_operation_and_verifies(files: Files, desk: Desk) -> None:
    assert wrong_with(files) is None
    assert [len(each["operations"]) for each in lines_of(files[BUNDLES_FILE])][1:] == [5, 1]
    (certificate,) = lines_of(files[KEYS_FILE])
    assert json.loads(certificate["certificate"])["display_name"] == desk.caller.user.display_name
    assert any("signatures checked by PyNaCl" in each for each in said_of(files))


def test_it_verifies_without_a_library(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_verifier, "signature_check", lambda: (signed, "Python"))
    rows = lines_of(files[BUNDLES_FILE])
    assert wrong_with(files) is None
    text, signature = rows[2]["operations"][0]
    forged = [[text, signature[:-1] + ("0" if signature[-1] != "0" else "1")]]
    assert "does not fit" in str(wrong_with(changed(files, BUNDLES_FILE, 2, operations=forged)))


def test_c02_an_operation_that_was_changed_is_noticed(files: Files) -> None:
    row = lines_of(files[BUNDLES_FILE])[2]
    ((text, signature),) = row["operations"]
    found = wrong_with(changed(files, BUNDLES_FILE, 2, operations=[[text.replace("halts", "holds"), signature]]))
    assert found == f"{BUNDLES_FILE}, line 3, operation 0: its signature does not fit"


def test_a_header_that_was_changed_is_noticed(files: Files) -> None:
    header = lines_of(files[BUNDLES_FILE])[2]["header"]
    for old, new, what in (('"number":3', '"number":4', "follow"), ('"count":1', '"count":2', "fewer")):
        assert what in str(wrong_with(changed(files, BUNDLES_FILE, 2, header=header.replace(old, new))))


def test_a_bundle_that_is_missing_or_added_is_noticed(files: Files) -> None:
    rows = lines_of(files[BUNDLES_FILE])
    assert "is missing" in str(wrong_with(resealed({**files, BUNDLES_FILE: spelled(rows[:2])})))
    assert "does not follow" in str(wrong_with(resealed({**files, BUNDLES_FILE: spelled([*rows, rows[2]])})))


def test_a_certificate_that_the_site_did_not_seal_is_noticed(files: Files) -> None:
    (row,) = lines_of(files[KEYS_FILE])
    other = row["certificate"].replace('"display_name":"', '"display_name":"Not ')
    assert "does not fit" in str(wrong_with(changed(files, KEYS_FILE, 0, certificate=other)))
    forger = SigningKey.generate()
    site = json.loads(row["certificate"])["site_key"]
    forged = row["certificate"].replace(site, forger.verify_key.encode().hex())
    seal = forger.sign(forged.encode()).signature.hex()
    assert "another key sealed it" in str(wrong_with(changed(files, KEYS_FILE, 0, certificate=forged, seal=seal)))


def test_keys_of_small_order_are_refused(files: Files) -> None:
    assert set(SMALL_ORDER_KEYS) == bundle_verifier.SMALL_ORDER_KEYS
    (row,) = lines_of(files[KEYS_FILE])
    site = json.loads(row["certificate"])["site_key"]
    forged = row["certificate"].replace(site, min(SMALL_ORDER_KEYS).hex())
    assert "small order" in str(wrong_with(changed(files, KEYS_FILE, 0, certificate=forged)))


def test_a_release_names_the_clock_and_the_state(review: Review, desk: Desk) -> None:  # noqa: F811 (the fixture)
    release = review.release()
    files = files_in(release_bundle(release))
    assert wrong_with(files) is None
    (row,) = lines_of(files["releases.jsonl"])
    said = row["gates"]["released"]["registers"]
    assert (said["state_hash"], said["bundles"]) == (desk.state().hash, 3)
    assert row["gates"]["submitted"]["registers"] == said
