"""Texts that nobody would write: each is held or refused, and none is an error of this site."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from stages.registers.fold.wire import WireBundle
from stages.replication.admission.services import take_introductions
from stages.replication.link.messages import Hello
from stages.replication.link.methods import BadContent, read_params
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.world import Desk
from tests.replication.admission.world import Elsewhere
from tests.replication.ingest.forging import Forgery
from tests.replication.ingest.world import Site

pytestmark = pytest.mark.django_db

HEADERS = {
    "nul in a name": canonical({"a\x00b": 1}),
    "nul in a value": canonical({"type": "\x00"}),
    "deep": "[" * 100_000 + "]" * 100_000,
    "deep members": '{"a":' * 5_000 + "1" + "}" * 5_000,
    "large number": '{"number":' + "9" * 5_000 + "}",
    "braces": canonical({"{0.__class__}": "{x}"}),
    "empty": "",
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_nobody_would_write(ann: Desk, basel: Site, name: str) -> None:
    (found,) = basel.send(WireBundle(HEADERS[name], (("{}", bytes(64)),))).held
    assert found.reason == "malformed"


@pytest.mark.parametrize("members", [{"kind\x00": 1}, {"payload": {"\x00": "{x}"}}, {"payload": {"kind": "a\x00b"}}])
def test_an_operation_that_nobody_would_write(ann: Desk, basel: Site, members: dict[str, Any]) -> None:
    forgery = Forgery(basel, "", None)
    forgery.texts[0] |= members
    (found,) = basel.send(forgery.signed()).held
    assert found.reason in {"malformed", "newer"}


def test_numbers_that_no_column_holds(ann: Desk, basel: Site) -> None:
    forgery = Forgery(basel, "", None)
    forgery.set_header(number=2**53 - 1, prev="ab" * 32)
    found = basel.send(forgery.signed())
    assert (found.accepted, found.close) == (0, None)


@pytest.mark.parametrize(
    "members",
    [
        {"name": "a\x00b"},
        {"name": "\ud800"},
        {"address": "wss://\x00"},
        {"address": "javascript:alert(1)"},
        {"revoked": {"number": 2**63, "hash": "ab" * 32}},
        {"succession": [{"before": 1}] * 10},
        {"succession": "x"},
    ],
)
def test_introductions_that_nobody_would_write(ann: Desk, basel: Site, members: dict[str, Any]) -> None:
    said = Elsewhere(ann.project.id, "Chur").introduction(**members)
    try:
        take_introductions(project_id=ann.project.id, peer_key=basel.site_key, introductions=[said])
    except ValidationFailed:
        return
    assert Site(ann.project, "Chur").peer.address in {"", "wss://basel.example"}


@pytest.mark.parametrize("text", ["{", "\ud800"])
def test_statements_that_nobody_would_write(ann: Desk, basel: Site, text: str) -> None:
    with pytest.raises(ValidationFailed):
        basel.send(keys=[{"text": text, "seal": "AA=="}])


def test_signatures_of_another_length(ann: Desk, basel: Site) -> None:
    (bundle,) = basel.records(numbered_id(5))
    (found,) = basel.send(replace(bundle, operations=((bundle.operations[0][0], b""), *bundle.operations[1:]))).held
    assert found.reason == "malformed"


def test_a_hello_that_nobody_would_write() -> None:
    with pytest.raises(BadContent):
        read_params({"v": 1, "name": "a\x00b"}, Hello)
