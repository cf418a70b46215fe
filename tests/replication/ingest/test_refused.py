"""What does not come in is held with its reason, and neither the state nor the clock moves by it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from nacl.signing import SigningKey

from kernel.statements import database_now
from stages.registers.fold.hlc import make_hlc, split_hlc
from stages.registers.fold.payloads import CreateEntity, SetField
from stages.registers.models import Operation
from stages.registers.storing.storage import PostgresStorage
from stages.replication.choices import HeldReason, Rights
from stages.replication.held import keeping
from stages.replication.ingest.reading import clock_of, state_hash_of
from stages.replication.ingest.services import CloseReason
from stages.replication.models import HeldBundle
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.world import REQ, Desk
from tests.replication.ingest.forging import FLIPPED, MALFORMED, Forgery, of_signature
from tests.replication.ingest.world import Site, record

pytestmark = pytest.mark.django_db
A, B, C = map(numbered_id, (5, 6, 7))
MINUTE = 60_000


@pytest.mark.parametrize("name", FLIPPED)
def test_one_byte_that_was_flipped(ann: Desk, basel: Site, name: str) -> None:
    """Case 18."""
    flip, reason = FLIPPED[name]
    first, second = basel.records(A, B)
    basel.send(first)
    clock, state = clock_of(ann.project.id), state_hash_of(ann.project.id)
    relay = Site(ann.project, "Chur").admit()
    found = relay.send(flip(second))
    assert (found.accepted, found.close) == (0, CloseReason.BAD_CONTENT)
    (held,) = found.held
    assert (held.reason, bytes(held.sender).hex()) == (reason, relay.site_key)
    assert (found.clock, clock_of(ann.project.id), state_hash_of(ann.project.id)) == (clock, clock, state)
    # It is not held a second time, and what is right comes in by whoever sends it.
    assert relay.send(flip(second)).held == []
    assert basel.send(second).accepted == 1


def test_what_is_wrong_does_not_keep_other_chains_from_coming_in(ann: Desk, basel: Site) -> None:
    chur = Site(ann.project, "Chur").admit()
    (wrong,), (right,) = basel.records(A), chur.records(B)
    assert basel.send(of_signature(wrong), right).accepted == 1
    assert ann.value(B, "title") == "made elsewhere"


@pytest.mark.parametrize("name", MALFORMED)
def test_what_breaks_the_form_or_the_chain(ann: Desk, basel: Site, name: str) -> None:
    """Case 21."""
    seen = Site(ann.project, "Chur").admit()
    seen.send(*seen.records(C))
    (first,) = [basel.write(record(A), seen={seen.site_key: seen.head.hlc})]
    basel.send(first)
    clock = clock_of(ann.project.id)
    forgery = Forgery(basel, seen.site_key, first)
    MALFORMED[name](forgery)
    found = basel.send(forgery.signed())
    assert [each.reason for each in found.held] == [HeldReason.MALFORMED], found.held
    assert (found.close, found.clock) == (CloseReason.BAD_CONTENT, clock)


def test_more_operations_than_a_bundle_has(basel: Site) -> None:
    (bundle,) = basel.records(A)
    many = replace(bundle, operations=bundle.operations[:1] * 10_001)
    assert [each.reason for each in basel.send(many).held] == [HeldReason.MALFORMED]


def test_a_clock_that_is_ahead_waits_and_what_follows_it_waits_behind(ann: Desk, basel: Site) -> None:
    """Case 22: ours stays where it is."""
    basel.now_ms = int(database_now().timestamp() * 1000) + 10 * MINUTE
    first, second = basel.records(A, B)
    before = PostgresStorage(ann.project.id).clock()
    found = basel.send(first)
    assert (found.accepted, found.close) == (0, None)
    assert basel.send(second).accepted == 0
    assert basel.held() == [(1, "future"), (2, "behind")]
    held = HeldBundle.objects.get(reason="future")
    assert held.until_hlc is not None
    first_hlc, last_hlc = (split_hlc(json.loads(first.operations[at][0])["hlc"])[0] for at in (0, -1))
    assert first_hlc <= split_hlc(bytes(held.until_hlc).hex())[0] == last_hlc
    assert PostgresStorage(ann.project.id).clock() == before
    ann.create({"title": "ours"})
    assert max(PostgresStorage(ann.project.id).clock().values()) < make_hlc(basel.now_ms - 9 * MINUTE)


def test_a_clock_that_is_a_little_ahead_is_followed(ann: Desk, basel: Site) -> None:
    """Case 22: `receive`. Our next write is later than all that came."""
    basel.now_ms = int(database_now().timestamp() * 1000) + 4 * MINUTE
    assert basel.send(*basel.records(A)).accepted == 1
    ann.set(A, "title", "ours")
    assert ann.value(A, "title") == "ours"
    newest = Operation.objects.latest("id")
    assert bytes(newest.hlc).hex() > basel.head.hlc


def test_who_writes_without_being_admitted_is_held(ann: Desk) -> None:
    stranger = Site(ann.project, "Bern").certify()
    relay = Site(ann.project, "Chur").admit()
    assert relay.send(*stranger.records(A, B)).close is None
    assert relay.held() == [(1, "unknown_site"), (2, "unknown_site")]


def test_who_may_only_read_is_held(ann: Desk) -> None:
    reader = Site(ann.project, "Bern").admit(Rights.READS)
    reader.send(*reader.records(A))
    assert reader.held() == [(1, "read_only")]


def test_c23_a_person_whom_the_site_has_not_certified_is_held(ann: Desk, basel: Site) -> None:
    (first,) = basel.records(A)
    basel.person = SigningKey.generate()
    second, third = basel.records(B, C)
    assert basel.send(first, second, third).accepted == 1
    assert basel.held() == [(2, "unknown_key"), (3, "unknown_key")]


def test_two_bundles_of_one_number_are_a_fork(ann: Desk, basel: Site) -> None:
    first, second = basel.records(A, B)
    basel.send(first, second)
    other = Site(ann.project, "Basel")
    other.head = replace_head(basel, 1)
    (forked,) = [other.write([SetField(A, REQ, "title", "another history")])]
    (follows,) = [other.write([CreateEntity(C)])]
    found = basel.send(forked)
    assert (found.accepted, found.close) == (0, CloseReason.BAD_CONTENT)
    assert basel.send(follows).close == CloseReason.BAD_CONTENT
    assert basel.held() == [(2, "fork"), (3, "fork")]
    assert ann.value(A, "title") == "made elsewhere"


def replace_head(site: Site, number: int) -> Any:
    """The head that a site had at a bundle."""
    from stages.registers.fold.bundles import Head
    from stages.registers.models import Bundle

    row = Bundle.objects.get(site_key=bytes.fromhex(site.site_key), number=number)
    return Head(number, bytes(row.hash).hex(), bytes(row.hlc).hex(), row.clock)


def test_a_payload_that_nobody_here_knows_needs_a_newer_foundry(ann: Desk, basel: Site) -> None:
    forgery = Forgery(basel, "", None)
    forgery.texts[0]["payload"] = {"type": "PaintEntity", "colour": "blue"}
    (second,) = basel.records(B)
    found = basel.send(forgery.signed(), second)
    assert (found.accepted, found.close) == (0, None)
    assert basel.held()[0] == (1, "newer")


def test_more_than_a_peer_may_have_held(ann: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MAX_HELD", 2)
    stranger = Site(ann.project, "Bern").certify()
    relay = Site(ann.project, "Chur").admit()
    found = relay.send(*stranger.records(A, B, C))
    assert (len(found.held), found.close) == (2, CloseReason.TOO_MANY)
    assert relay.send(*stranger.records(numbered_id(8))).close == CloseReason.TOO_MANY
    assert HeldBundle.objects.count() == 2
