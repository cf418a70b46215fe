"""What stations send over `/ws/stations/`: reports, placements, alterations and requests."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest

from audit.models import Event
from proposals.models import Proposal
from proposals.services.ending import reject_proposal
from stages.fleet.models import Placement, Report, Station
from stages.fleet.stations.services.placements import NewPlacement, put_placements
from tests.fleet.stations import SignedIn, is_named, link, sign_in, with_admins
from tests.fleet.world import World, put_directive
from tests.gateway.client import Client, RefusedError
from tests.gateway.conftest import in_thread

pytestmark = pytest.mark.usefixtures("node")


@pytest.fixture
def world(committed_world: World) -> World:
    return with_admins(committed_world)


@pytest.fixture
def station(world: World) -> SignedIn:
    return sign_in(world)


async def test_reports_are_acknowledged(world: World, station: SignedIn) -> None:
    directive = await in_thread(put_directive, world)
    async with station.client() as client:
        first = station.report(directive=str(directive.id), path="CLAUDE.md")
        second = station.report(kind="change_blocked", directive=str(directive.id), found="0" * 64)
        stored = await client.call("reports.put", reports=[first, second])
        assert stored == {"acknowledged": {"seq": 2, "hash": second["hash"]}}
        # The answer may be lost: they are sent again.
        third = station.report(kind="clock_jumped")
        stored = await client.call("reports.put", reports=[first, second, third])
        assert stored["acknowledged"]["seq"] == 3
    async with station.client() as client:
        assert client.snapshot["acknowledged"] == {"seq": 3, "hash": third["hash"]}
    assert await in_thread(Report.objects.filter(station=station.station.pk).count) == 3


@pytest.mark.parametrize("what", ["gap", "fork", "hash", "earlier"])
async def test_what_does_not_continue_the_chain_is_refused(station: SignedIn, what: str) -> None:
    async with station.client() as client:
        first = station.report()
        await client.call("reports.put", reports=[first])
        body = {"kind": "applied", "at": "2026-11-30T10:00:01.000000Z"}
        wrong = {
            "gap": link(3, first["hash"], body),
            "fork": link(2, "0" * 64, body),
            "hash": {**link(2, first["hash"], body), "hash": "1" * 64},
            "earlier": link(1, "0" * 64, body),
        }[what]
        for _ in range(2):
            with pytest.raises(RefusedError) as refused:
                await client.call("reports.put", reports=[wrong])
            assert refused.value.code == 409
            assert refused.value.problem["acknowledged"] == {"seq": 1, "hash": first["hash"]}
    found = await in_thread(Station.objects.get, pk=station.station.pk)
    assert (found.state, found.head_seq) == ("broken", 1)
    events = Event.objects.filter(action="station.chain_broken", target_id=station.id)
    assert await in_thread(events.count) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "applied"},
        {"at": "x"},
        {"kind": "guess", "at": "x"},
        {"kind": "applied", "at": "x", "more": "x"},
        {"kind": "applied", "at": "x", "directive": "x"},
        {"kind": "applied", "at": "x", "directive": str(uuid4())},
        {"kind": "applied", "at": "x", "reason": "x" * 9_000},
        {"kind": "applied", "at": "x", "reason": "\x00"},
    ],
)
async def test_a_body_of_another_form_is_refused(station: SignedIn, body: dict[str, str]) -> None:
    async with station.client() as client:
        made = link(1, station.report()["prev_hash"], body)
        with pytest.raises(RefusedError) as refused:
            await client.call("reports.put", reports=[made])
        assert refused.value.code == 400
    found = await in_thread(Station.objects.get, pk=station.station.pk)
    assert (found.state, found.head_seq) == ("active", 0)


async def test_only_so_many_reports_at_once(station: SignedIn) -> None:
    async with station.client() as client:
        many = [station.report() for _ in range(201)]
        with pytest.raises(RefusedError) as refused:
            await client.call("reports.put", reports=many)
        assert refused.value.code == 400
        assert (await client.call("reports.put", reports=many[:200]))["acknowledged"]["seq"] == 200


async def test_placements_of_all_stations_are_written_together(
    world: World, station: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    directive = await in_thread(put_directive, world)
    other = await in_thread(sign_in, world, name="dok-ws-08")
    statements = []

    def put_and_note(*, placements: Sequence[NewPlacement]) -> set[UUID]:
        statements.append(placements)
        return put_placements(placements=placements)

    monkeypatch.setattr("stages.fleet.stations.desk.put_placements", put_and_note)
    said = {"directive": str(directive.id), "files": ["CLAUDE.md"], "edition": 1, "sha256": "a" * 64}
    strange = {"directive": str(uuid4()), "state": "in_place"}
    async with station.client() as one, other.client() as two:
        await asyncio.gather(
            one.call("placements.put", placements=[{**said, "state": "pending"}, {**said, "state": "in_place"}]),
            two.call("placements.put", placements=[{**said, "state": "drifted"}, strange]),
        )
    assert len(statements) == 1
    rows = await in_thread(lambda: list(Placement.objects.filter(directive=directive).order_by("state")))
    assert [(each.state, each.files) for each in rows] == [("drifted", ["CLAUDE.md"]), ("in_place", ["CLAUDE.md"])]


@pytest.mark.parametrize("until", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
async def test_a_time_that_nobody_could_read_is_refused_and_holds_nobody_up(
    world: World, station: SignedIn, until: str
) -> None:
    directive = await in_thread(put_directive, world)
    other = await in_thread(sign_in, world, name="dok-ws-08")
    said = {"directive": str(directive.id), "state": "in_place", "sha256": "a" * 64}
    async with station.client() as one, other.client() as two:
        answers: Any = await asyncio.gather(
            one.call("placements.put", placements=[said, {**said, "until": until}]),
            two.call("placements.put", placements=[said]),
            return_exceptions=True,
        )
    refused, taken = answers
    assert isinstance(refused, RefusedError)
    assert (refused.code, taken) == (400, {})
    rows = await in_thread(
        lambda: list(Placement.objects.filter(directive=directive).values_list("station_id", flat=True))
    )
    assert rows == [other.station.pk]


async def altered(client: Client, station: SignedIn, directive_id: UUID, text: str, **facts: str) -> dict[str, Any]:
    found = hashlib.sha256(text.encode()).hexdigest()
    made = station.report(
        kind="change_detected", directive=str(directive_id), path="CLAUDE.md", repository="acme/protocol", found=found
    )
    answer: dict[str, Any] = await client.call("reports.put", reports=[made], texts={found: text})
    return answer


async def test_what_is_allowed_for_a_time_becomes_one_proposal(world: World, station: SignedIn) -> None:
    directive = await in_thread(put_directive, world, mode="temporary")
    proposals = Proposal.objects.filter(project=world.project, origin_type="station")
    async with station.client() as client:
        await altered(client, station, directive.id, "Always.\n")
        await altered(client, station, directive.id, "Sometimes.\n")
        (proposal,) = await in_thread(lambda: list(proposals))
        assert (proposal.state, proposal.author_id) == ("open", station.station.pk)
        assert proposal.on_behalf_of_id == world.people["owner"].id
        assert proposal.origin_id == f"{station.id}:acme/protocol/CLAUDE.md"
        round_ = await in_thread(lambda: proposal.rounds.latest("number"))
        assert round_.number == 2
        assert await in_thread(lambda: [each.value for each in proposal.changes.all()]) == ["Sometimes.\n"]
        await in_thread(reject_proposal, caller=world.caller("owner"), proposal_id=proposal.id, reason="No")
        told = await client.notification(is_named("decided"))
        assert (told["kind"], told["state"], told["directive_id"]) == ("proposal", "rejected", str(directive.id))
        assert told["place"] == "acme/protocol/CLAUDE.md"
    # Whoever was away meanwhile is told on the way back.
    async with station.client() as client:
        again = await client.notification(is_named("decided"))
        assert again == told


async def test_what_was_reverted_is_requested(world: World, station: SignedIn) -> None:
    directive = await in_thread(put_directive, world)
    async with station.client() as client:
        made = await client.call(
            "change.request", directive=str(directive.id), text="Mine.\n", path="CLAUDE.md", message="Why not"
        )
        proposal = await in_thread(Proposal.objects.get, pk=made["proposal_id"])
        assert (proposal.number, proposal.description) == (made["number"], "Why not")
        with pytest.raises(RefusedError) as refused:
            await client.call("change.request", directive=str(uuid4()), text="x")
        assert refused.value.code == 404


async def test_an_exception_is_requested(world: World, station: SignedIn) -> None:
    await in_thread(world.grant)
    directive = await in_thread(world.directive)
    async with station.client() as client:
        asked = await client.call("exception.request", directive=str(directive.id), reason="An audit")
        assert asked["state"] == "open"
