"""What another site sends comes in once, as it was signed, with one event for each site."""

from __future__ import annotations

import json

import pytest

from audit.models import Event
from stages.registers.fold.definition import replay
from stages.registers.models import Bundle, Operation
from stages.registers.storing.storage import PostgresStorage
from stages.registers.verification import check_records
from stages.replication.ingest.reading import bundles_after, clock_of, state_hash_of
from stages.replication.ingest.services import ingest_bundles
from stages.replication.ingest.wire import read_wire, write_wire
from stages.replication.models import HeldBundle
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.world import Desk
from tests.replication.ingest.world import Site

pytestmark = pytest.mark.django_db


def ingested(desk: Desk) -> list[Event]:
    return list(Event.objects.of_project(desk.project.id).filter(action="register.ingested"))


def test_a_batch_comes_in_with_one_event_for_its_site(ann: Desk, basel: Site) -> None:
    bundles = basel.records(*map(numbered_id, (5, 6, 7)))
    found = basel.send(*bundles)
    assert (found.accepted, found.held, found.close) == (3, [], None)
    assert found.clock[basel.site_key] == [basel.head.hlc, 3, basel.head.hash]
    (event,) = ingested(ann)
    said = {name: event.data[name] for name in ("site", "via", "operations", "numbers", "head")}
    assert said == {
        "site": basel.site_key,
        "via": basel.site_key,
        "operations": 9,
        "numbers": [1, 3],
        "head": basel.head.hash,
    }
    assert [each["hash"] for each in event.data["bundles"]] == [each.hash for each in bundles]
    assert event.data["records"] == sorted(map(numbered_id, (5, 6, 7)))
    assert ann.value(numbered_id(6), "title") == "made elsewhere"
    assert state_hash_of(ann.project.id) == replay(PostgresStorage(ann.project.id).by_range()).hash
    assert [str(each) for each in check_records()] == []


def test_the_same_bundle_counts_once(ann: Desk, basel: Site) -> None:
    """Case 12."""
    (bundle,) = basel.records(numbered_id(5))
    other = Site(ann.project, "Chur").admit()
    assert basel.send(bundle, bundle).accepted == 1
    for _time in range(3):
        assert basel.send(bundle).accepted == other_send(other, bundle) == 0
    assert Bundle.objects.filter(hash=bytes.fromhex(bundle.hash)).count() == 1
    assert len(ingested(ann)) == 1


def other_send(site: Site, *bundles: object) -> int:
    return ingest_bundles(project_id=site.project_id, peer_key=site.site_key, bundles=bundles).accepted  # type: ignore[arg-type]


def test_a_relay_passes_on_what_was_signed(ann: Desk, basel: Site) -> None:
    bundles = basel.records(*map(numbered_id, (5, 6)))
    relay = Site(ann.project, "Chur").admit()
    assert relay.send(*bundles).accepted == 2
    row = Bundle.objects.get(hash=bytes.fromhex(bundles[0].hash))
    assert row.received_from is not None
    assert bytes(row.received_from).hex() == relay.site_key
    here, left = bundles_after(ann.project.id, {})
    assert left == 0
    assert [each for each in here if each in bundles] == bundles
    stored = Operation.objects.filter(bundle=row).order_by("position").values_list("text", flat=True)
    assert tuple(stored) == tuple(text for text, _signature in bundles[0].operations)


def test_what_a_site_lacks_is_sent_in_parts(ann: Desk, basel: Site) -> None:
    basel.send(*basel.records(*map(numbered_id, range(5, 10))))
    clock = clock_of(ann.project.id)
    of_basel = {**clock, basel.site_key: [*clock[basel.site_key][:1], 2, bundle_hash(basel, 2)]}
    first, left = bundles_after(ann.project.id, of_basel, limit_ops=3)
    assert ([number(each) for each in first], left) == ([3], 2)
    rest, left = bundles_after(ann.project.id, of_basel)
    assert ([number(each) for each in rest], left) == ([3, 4, 5], 0)
    assert bundles_after(ann.project.id, clock) == ([], 0)
    # Nothing is sent of a chain of which the other one has another bundle than ours.
    assert bundles_after(ann.project.id, {**clock, basel.site_key: [basel.head.hlc, 2, "ab" * 32]}) == ([], 0)


def number(bundle: object) -> int:
    return int(json.loads(bundle.header)["number"])  # type: ignore[attr-defined]


def bundle_hash(site: Site, at: int) -> str:
    return bytes(Bundle.objects.get(site_key=bytes.fromhex(site.site_key), number=at).hash).hex()


def test_bundles_cross_as_json(basel: Site) -> None:
    (bundle,) = basel.records(numbered_id(5))
    again = read_wire(json.loads(json.dumps(write_wire(bundle))))
    assert (again, again.hash) == (bundle, bundle.hash)


def test_a_gap_is_asked_for_again(ann: Desk, basel: Site) -> None:
    first, second, third = basel.records(*map(numbered_id, (5, 6, 7)))
    found = basel.send(first, third)
    assert (found.accepted, found.clock[basel.site_key][1], HeldBundle.objects.count()) == (1, 1, 0)
    assert basel.send(second, third).accepted == 2
