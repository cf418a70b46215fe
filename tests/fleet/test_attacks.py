"""What stations and their owners try at the server: old tokens, forged repetitions, values beyond all bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from kernel.errors import NotAuthenticated, PermissionDenied, ValidationFailed
from proposals.models import Proposal
from stages.fleet.models import Station, Team, TeamMember
from stages.fleet.services import pause_directive
from stages.fleet.services.exceptions import request_exception
from stages.fleet.services.writing import lock_team
from stages.fleet.sign_in.services import renew_token
from stages.fleet.sign_in.tokens import find_stations, token_digest
from stages.fleet.stations.opening import authenticate_all
from stages.fleet.stations.report_rules import GivenReport, read_reports
from stages.fleet.stations.services.reports import ChainBroken, put_reports
from stages.fleet.stations.verification import check_stations
from tests.fleet.stations import SignedIn, nobody, sign_in, with_admins
from tests.fleet.world import World


@pytest.fixture
def world(fleet: World) -> World:
    return with_admins(fleet)


def caller_of(station: SignedIn) -> Any:
    return replace(nobody(), user=station.station.account, via="station", on_behalf_of=station.station.owner_id)


def renewed(station: SignedIn, token: str) -> str:
    return renew_token(caller=caller_of(station), station_id=station.station.pk, used_digest=token_digest(token))


def test_a_former_token_that_is_over_opens_nothing_beside_the_current_one(world: World):
    station = sign_in(world)
    current = renewed(station, station.token)
    assert find_stations([current, station.token]) == [station.station] * 2
    Station.objects.filter(pk=station.station.pk).update(former_until=timezone.now() - timedelta(seconds=1))
    found, refused = find_stations([current, station.token])
    assert isinstance(found, Station)
    assert isinstance(refused, NotAuthenticated)


def test_a_token_that_counts_no_more_is_not_renewed(world: World):
    station = sign_in(world)
    current = renewed(station, station.token)
    authenticate_all([{"headers": [(b"authorization", f"Bearer {current}".encode())]}])
    with pytest.raises(NotAuthenticated):
        renewed(station, station.token)
    assert isinstance(find_stations([current])[0], Station)


def test_a_batch_of_good_bad_and_strange_sockets_is_answered_one_by_one(world: World):
    good, revoked = sign_in(world), sign_in(world)
    Station.objects.filter(pk=revoked.station.pk).update(state="revoked", revoked_at=timezone.now())

    def scope(token: bytes, *more: tuple[bytes, bytes]) -> dict[str, Any]:
        return {"headers": [(b"authorization", b"Bearer " + token), *more], "client": ("192.0.2.1", 1)}

    outcomes = authenticate_all(
        [
            scope(good.token.encode()),
            scope(revoked.token.encode()),
            scope(b"fds_" + b"\xff\x00" * 30),
            {"headers": []},
            {},
            {"headers": [], "subprotocols": ["foundry.bearer.\ud800"]},
            scope(good.token.encode(), (b"user-agent", b"\x00\xff\n" * 5000)),
        ]
    )
    names = [type(each).__name__ for each in outcomes]
    wanted = ["SignedIn", "PermissionDenied", *["NotAuthenticated"] * 4, "SignedIn"]
    assert names == wanted


BEYOND = [datetime.fromisoformat(each) for each in ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00")]


@pytest.mark.parametrize("at", BEYOND)
def test_a_time_beyond_the_calendar_is_refused(world: World, at: datetime):
    world.grant()
    directive, station = world.directive(), sign_in(world)
    about: Any = {"station_id": station.station.pk, "directive_id": directive.id, "reason": "x"}
    with pytest.raises(ValidationFailed) as refused:
        request_exception(caller=world.caller("owner"), until=at, **about)
    assert "until" in refused.value.errors
    for name in ("starts_at", "ends_at"):
        times: Any = {name: at}
        with pytest.raises(ValidationFailed) as refused:
            world.submit(title="Another", **times)
        assert name in refused.value.errors


def test_a_repeated_report_with_another_body_breaks_the_chain(world: World):
    world.grant()
    directive, station = world.directive(mode="temporary"), sign_in(world)
    caller, station_id, made = caller_of(station), station.station.pk, station.report()
    put_reports(caller=caller, station_id=station_id, reports=read_reports([GivenReport(**made)]))
    text = "Always."
    found = sha256(text.encode()).hexdigest()
    body = {**made["body"], "kind": "change_detected", "directive": str(directive.id), "found": found, "path": "x"}
    forged = read_reports([GivenReport(**{**made, "body": body})])
    with pytest.raises(ChainBroken):
        put_reports(caller=caller, station_id=station_id, reports=forged, texts={found: text})
    assert not Proposal.objects.filter(author=station_id).exists()
    assert Station.objects.get(pk=station_id).state == "broken"


@pytest.mark.parametrize(
    "path", ["../a", "/a", "a/../b", ".git/config", "a/.GIT/hooks/x", "a\nb", "a\\b", "./a", "a//b", "C:/a", ""]
)
def test_a_path_that_leaves_the_repository_is_refused(world: World, path: str):
    world.grant()
    with pytest.raises(ValidationFailed) as refused:
        world.submit(destination="file", path=path)
    assert "path" in refused.value.errors


def test_a_role_that_was_taken_away_while_a_write_waited_gives_nothing(world: World, monkeypatch: pytest.MonkeyPatch):
    world.grant()
    directive = world.directive()

    def lock_later(team_id: UUID) -> Team:
        """What another transaction had locked, and has changed meanwhile."""
        TeamMember.objects.filter(user=world.people["owner"]).update(role="user")
        return lock_team(team_id)

    monkeypatch.setattr("stages.fleet.services.writing.lock_team", lock_later)
    with pytest.raises(PermissionDenied):
        pause_directive(caller=world.caller("owner"), directive_id=directive.id, reason="x")
    directive.refresh_from_db()
    assert directive.status == "active"


def test_a_former_token_that_somebody_put_into_the_table_is_found(world: World):
    station = sign_in(world)
    renewed(station, station.token)
    about = f"station {station.id}"
    assert [each for each in check_stations() if each.where == about] == []
    rows = Station.objects.filter(pk=station.station.pk)
    rows.update(former_digest="a" * 64, former_until=timezone.now() + timedelta(days=1))
    assert [each.what for each in check_stations() if each.where == about] == ["no event recorded its former token"]
