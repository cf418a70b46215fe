"""`/ws/stations/`: who gets in, what a station gets, what it may ask, and how it ends."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from accounts.services import create_token
from audit.keys.sealing import Sealed, seal
from audit.models import Event
from gateway.node import Node
from proposals.models import Proposal
from proposals.services.ending import reject_proposal
from stages.fleet.editions import edition_members
from stages.fleet.models import Placement, Report, Station
from stages.fleet.stations.desk import desk_of
from stages.fleet.stations.services.moving import move_station, revoke_station
from stages.fleet.stations.services.placements import NewPlacement, put_placements
from tests.fleet.stations import SignedIn, link, sign_in
from tests.fleet.world import World, put_directive
from tests.gateway.client import Client, ClosedError, RefusedError
from tests.gateway.conftest import in_thread

pytestmark = pytest.mark.usefixtures("node")


def is_named(method: str) -> Callable[[dict[str, Any]], bool]:
    return lambda frame: bool(frame["method"] == method)


@pytest.fixture
def world(committed_world: World) -> World:
    committed_world.role("owner", "admin")
    committed_world.role("editor", "admin")
    return committed_world


@pytest.fixture
def station(world: World) -> SignedIn:
    return sign_in(world)


async def edition(client: Client) -> dict[str, Any]:
    """The next edition that the station is told of, whatever its cause."""
    return await client.notification(lambda frame: frame["method"] in {"edition", "rule_created"})


async def test_a_station_is_told_everything_first(world: World, station: SignedIn) -> None:
    async with station.client() as client:
        snapshot = client.snapshot
        assert set(snapshot) == {"now", "station", "assignment", "keys", "acknowledged", "heads"}
        assert snapshot["station"]["id"] == station.id
        assert snapshot["heads"] == {str(world.root.id): world.root.number, str(world.oncology.id): 0}
        assert json.loads(snapshot["assignment"]["text"])["teams"] == [str(world.root.id), str(world.oncology.id)]
        assert snapshot["acknowledged"]["seq"] == 0
        assert snapshot["keys"][-1]["fingerprint"] == snapshot["assignment"]["key"]
        assert set(await client.call("ping")) == {"now"}


async def test_only_its_own_token_opens_it(world: World, station: SignedIn) -> None:
    _, personal = await in_thread(create_token, caller=world.caller("owner"), name="mine")
    for token in (personal, "", "fds_" + "x" * 43):
        with pytest.raises(ClosedError, match="4401"):
            await Client("", token, path="/ws/stations/").open()
    with pytest.raises(ClosedError, match="4401"):
        await Client(world.project.id, station.token).open()


@pytest.mark.parametrize("path", ["projects/", "fleet/stations/", "me/", "auth/tokens/"])
async def test_its_token_opens_nothing_else(station: SignedIn, async_client: Any, path: str) -> None:
    answer = await async_client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {station.token}"})
    assert answer.status_code == 401


async def test_an_edition_reaches_its_stations(world: World, station: SignedIn, node: Node) -> None:
    other_team = await in_thread(world.team, "Cardiology", world.root)
    await in_thread(world.role, "owner", "user", other_team)
    other = await in_thread(sign_in, world, team=other_team)
    async with station.client() as client, other.client() as elsewhere:
        await in_thread(world.grant)
        directive = await in_thread(world.directive)
        told = await edition(client)
        assert told["team"] == str(world.oncology.id)
        statement = json.loads(told["text"])
        assert [each["id"] for each in statement["directives"]] == [str(directive.id)]
        sha256 = statement["directives"][0]["text"]["sha256"]
        assert sha256 in told["texts"]
        assert await elsewhere.is_silent()
        found = (await client.call("editions.since", teams={str(world.oncology.id): 0}))["editions"]
        assert [each["number"] for each in found] == [told["number"]]
        assert (await client.call("texts.get", sha256s=[sha256]))["texts"] == {sha256: told["texts"][sha256]}
        assert (await client.call("editions.since", teams={str(world.oncology.id): told["number"]})) == {"editions": []}
        for method, params in (
            ("texts.get", {"sha256s": [sha256]}),
            ("editions.since", {"teams": {str(world.oncology.id): 0}}),
        ):
            with pytest.raises(RefusedError) as refused:
                await elsewhere.call(method, **params)
            assert refused.value.code == 404


async def test_the_server_says_the_team(world: World, station: SignedIn) -> None:
    async with station.client() as client:
        with pytest.raises(RefusedError) as refused:
            await client.call("ping", team_id=str(world.root.id))
        assert refused.value.code == 400


async def test_a_moved_station_follows_its_new_team(world: World, station: SignedIn) -> None:
    team = await in_thread(world.team, "Trials")
    async with station.client() as client:
        owner = world.caller("owner")
        await in_thread(move_station, caller=owner, station_id=station.station.pk, team_id=team.id)
        assigned = await client.notification(is_named("assignment"))
        statement = json.loads(assigned["text"])
        assert (statement["number"], statement["teams"][-1]) == (2, str(team.id))
        heads = (await client.notification(is_named("head")))["heads"]
        assert str(team.id) in heads
        await in_thread(world.grant, team)
        directive = await in_thread(world.directive, team_id=team.id)
        told = await edition(client)
        assert str(directive.id) in told["text"]


async def test_a_revoked_station_is_closed(world: World, station: SignedIn) -> None:
    client = station.client()
    await client.open()
    await in_thread(revoke_station, caller=world.caller("owner"), station_id=station.station.pk, reason="Lost")
    assert await client.closed() == 4403
    await client.leave()
    with pytest.raises(ClosedError, match="4403"):
        await station.client().open()


async def test_leaving_the_team_revokes(world: World, station: SignedIn) -> None:
    client = station.client()
    await client.open()
    await in_thread(world.role, "owner", None)
    assert await client.closed() == 4403
    await client.leave()


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


async def test_heads_heal_what_was_lost(world: World, station: SignedIn, node: Node) -> None:
    async with station.client() as client:
        await in_thread(world.grant)
        await in_thread(world.directive)
        await edition(client)
        # As if Redis had lost the notice.
        await in_thread(Station.objects.filter(pk=station.station.pk).update, last_seen_at="2026-01-01T00:00:00Z")
        await desk_of(node).send_heads()
        heads = (await client.notification(is_named("head")))["heads"]
        assert heads[str(world.oncology.id)] == 1
    found = await in_thread(Station.objects.get, pk=station.station.pk)
    assert found.last_seen_at is not None
    assert found.last_seen_at.year == datetime.now(UTC).year


async def test_a_renewed_token_opens_it(station: SignedIn) -> None:
    async with station.client() as client:
        renewed = (await client.call("token.renew"))["access_token"]
    async with SignedIn(station.station, renewed).client():
        pass
    with pytest.raises(ClosedError, match="4401"):
        await station.client().open()


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


async def test_a_restored_server_goes_on_from_what_a_station_shows(world: World, station: SignedIn) -> None:
    def sealed() -> Sealed:
        members = edition_members(world.oncology, number=7, at=timezone.now())
        return seal("edition", members)

    forgotten = await in_thread(sealed)
    given = {"team": str(world.oncology.id), "text": forgotten.text, "key": forgotten.key}
    async with station.client() as client:
        with pytest.raises(RefusedError) as refused:
            await client.call("edition.show", **given, seal="0" * 128)
        assert refused.value.code == 400
        of_another = {**given, "team": str(world.root.id)}
        with pytest.raises(RefusedError) as refused:
            await client.call("edition.show", **of_another, seal=forgotten.signature.hex())
        assert refused.value.code == 400
        assert await client.call("edition.show", **given, seal=forgotten.signature.hex()) == {"number": 8}
        assert (await edition(client))["number"] == 8
        assert await client.call("edition.show", **given, seal=forgotten.signature.hex()) == {"number": 8}
