"""`/ws/stations/`: who gets in, what a station gets, and how it ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from accounts.services import create_token
from audit.keys.sealing import Sealed, seal
from gateway.node import Node
from stages.fleet.editions import edition_members
from stages.fleet.models import Station
from stages.fleet.stations.desk import desk_of
from stages.fleet.stations.services.moving import move_station, revoke_station
from tests.fleet.stations import SignedIn, is_named, sign_in, with_admins
from tests.fleet.world import World
from tests.gateway.client import Client, ClosedError, RefusedError
from tests.gateway.conftest import in_thread

pytestmark = pytest.mark.usefixtures("node")


@pytest.fixture
def world(committed_world: World) -> World:
    return with_admins(committed_world)


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
