"""The sign-in of stations (RFC 8628), their tokens, and the keys by which anybody checks who they are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from jwt.algorithms import OKPAlgorithm

from accounts.lockout import Purpose, locked_until
from audit.keys.sealing import own_fingerprint
from audit.models import Event
from kernel.errors import (
    NotAuthenticated,
    NotFound,
    PermissionDenied,
    RateLimited,
    ReauthenticationNeeded,
    ValidationFailed,
)
from stages.fleet.models import DeviceCode, Station
from stages.fleet.sign_in import errors
from stages.fleet.sign_in.codes import LETTERS, new_user_code, user_digest
from stages.fleet.sign_in.identity import AUDIENCE, issuer
from stages.fleet.sign_in.services import begin_device, decide_device, find_device, redeem_device, renew_token
from stages.fleet.sign_in.tokens import find_station, token_digest, touch
from stages.fleet.stations.services.moving import revoke_station
from tests.fleet.stations import MACHINE, begin, nobody, sign_in
from tests.fleet.world import World

DEVICE = "/api/v1/auth/device/"
POLL = "/api/v1/auth/device/token/"


def poll(client: Client, code: str) -> Any:
    return client.post(POLL, {"device_code": code}, content_type="application/json")


def test_codes_are_no_words() -> None:
    code = new_user_code()
    assert len(code) == 9
    assert code[4] == "-"
    assert not set("AEIOUY0123456789") & set(LETTERS)
    assert user_digest(code) == user_digest(f" {code[:4].lower()} {code[5:]} ")
    assert user_digest(code[:-1]) is user_digest("AAAA-AAAA") is None


def test_a_station_signs_in(client: Client, world: World) -> None:
    world.role("owner", "user")
    begun = client.post(DEVICE, {"machine": MACHINE}, content_type="application/json").json()
    assert (begun["expires_in"], begun["interval"]) == (900, 5)
    assert begun["site_key"] == own_fingerprint(), "the machine shows it before anybody confirms"
    assert begun["verification_uri_complete"].endswith(f"/device/?code={begun['user_code']}")
    assert begun["device_code"] not in str(DeviceCode.objects.values().get(user_digest=user_digest(begun["user_code"])))

    first, second = poll(client, begun["device_code"]), poll(client, begun["device_code"])
    assert (first.status_code, first.json()["error"]) == (400, "authorization_pending")
    assert (second.status_code, second.json()["error"]) == (400, "slow_down")
    assert DeviceCode.objects.get(user_digest=user_digest(begun["user_code"])).interval == 10

    caller = world.caller("owner", via="browser")
    decide_device(caller=caller, user_code=begun["user_code"], approves=True, team_id=world.oncology.id)
    answer = poll(client, begun["device_code"])
    assert answer.status_code == 200
    given = answer.json()
    station = Station.objects.get(pk=given["station"]["id"])
    assert given["access_token"].startswith("fds_")
    assert station.token_digest == token_digest(given["access_token"])
    assert (station.owner, station.team, station.name) == (world.people["owner"], world.oncology, "dok-ws-07")
    assert given["site"]["key"] == own_fingerprint()
    assert poll(client, begun["device_code"]).json()["error"] == "invalid_grant"

    keys = {key["kid"]: key for key in client.get("/.well-known/jwks.json").json()["keys"]}
    key: Any = OKPAlgorithm.from_jwk(keys[jwt.get_unverified_header(given["id_token"])["kid"]])
    claims = jwt.decode(given["id_token"], key, algorithms=["EdDSA"], audience=AUDIENCE, issuer=issuer())
    assert claims["sub"] == str(station.pk)

    enrolled = Event.objects.get(action="station.enrolled", target_id=str(station.pk))
    assert enrolled.actor_id == world.people["owner"].id
    assert enrolled.data["team_id"] == str(world.oncology.id)
    assert given["access_token"] not in str(enrolled.record)


@pytest.mark.parametrize("code", ["", "x" * 43, "ü" * 43, "x" * 100])
def test_an_unknown_code_is_no_grant(client: Client, db: None, code: str) -> None:
    answer = poll(client, code)
    assert answer.status_code == 400
    assert answer.json().get("error", answer.json().get("code")) in {"invalid_grant", "validation_failed"}


def test_what_a_machine_says_of_itself_is_bounded(db: None) -> None:
    for machine in ({}, {"name": ""}, {"name": "a\nb"}, {"name": "x", **{f"f{n}": "x" for n in range(20)}}):
        with pytest.raises(ValidationFailed):
            begin_device(caller=nobody(), machine=machine)


def test_a_refused_machine_gets_nothing(world: World) -> None:
    begun = begin()
    assert decide_device(caller=world.caller("viewer"), user_code=begun.user_code, approves=False) is None
    with pytest.raises(errors.AccessDenied):
        redeem_device(caller=nobody(), device_code=begun.device_code)
    with pytest.raises(NotFound):
        decide_device(caller=world.caller("owner"), user_code=begun.user_code, approves=True, team_id=world.oncology.id)


def test_a_code_expires(world: World) -> None:
    world.role("owner", "user")
    begun = begin()
    DeviceCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(errors.ExpiredToken):
        redeem_device(caller=nobody(), device_code=begun.device_code)
    with pytest.raises(NotFound):
        decide_device(caller=world.caller("owner"), user_code=begun.user_code, approves=True, team_id=world.oncology.id)


def test_only_a_team_of_ones_own_is_given(world: World) -> None:
    begun = begin()
    with pytest.raises(NotFound):
        decide_device(
            caller=world.caller("editor"), user_code=begun.user_code, approves=True, team_id=world.oncology.id
        )
    # Nothing was decided by that.
    world.role("editor", "user", world.root)
    caller = world.caller("editor")
    assert decide_device(caller=caller, user_code=begun.user_code, approves=True, team_id=world.oncology.id)


def test_letting_a_station_in_takes_a_fresh_proof(world: World) -> None:
    world.role("owner", "user")
    begun = begin()
    caller = world.caller("owner", proven_at=None)
    with pytest.raises(ReauthenticationNeeded):
        decide_device(caller=caller, user_code=begun.user_code, approves=True, team_id=world.oncology.id)
    with pytest.raises(errors.AuthorizationPending):
        redeem_device(caller=nobody(), device_code=begun.device_code)


def test_guessing_codes_locks_the_account(world: World) -> None:
    caller = world.caller("viewer")
    for _ in range(settings.FOUNDRY_LOCKOUT_FAILURES):
        with pytest.raises(NotFound):
            find_device(caller=caller, user_code=new_user_code())
    begun = begin()
    with pytest.raises(RateLimited):
        find_device(caller=caller, user_code=begun.user_code)
    assert Event.objects.filter(action=f"account.{Purpose.DEVICE_CODE}s_locked", actor_id=caller.user.id).count() == 1
    assert locked_until(world.people["viewer"]) is None


def test_a_network_has_so_many_pending_sign_ins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stages.fleet.sign_in.services.MAX_PENDING", 2)
    for _ in range(2):
        begin_device(caller=nobody("2001:db8::1"), machine=MACHINE)
    with pytest.raises(RateLimited):
        begin_device(caller=nobody("2001:db8::2"), machine=MACHINE)
    begin_device(caller=nobody("2001:db8:0:1::1"), machine=MACHINE)


def test_a_token_is_renewed_with_an_overlap(world: World) -> None:
    world.role("owner", "user")
    signed_in = sign_in(world)
    caller = world.caller("owner")
    lost = renew_token(caller=caller, station_id=signed_in.station.pk, used_digest=token_digest(signed_in.token))
    second = renew_token(caller=caller, station_id=signed_in.station.pk, used_digest=token_digest(signed_in.token))
    with pytest.raises(NotAuthenticated):
        find_station(lost)
    # The former one counts until the new one is used.
    touch([(find_station(signed_in.token), signed_in.token)])
    touch([(find_station(second), second)])
    with pytest.raises(NotAuthenticated):
        find_station(signed_in.token)


def test_a_token_ends_so_many_days_after_its_last_use(world: World) -> None:
    world.role("owner", "user")
    signed_in = sign_in(world)
    station = find_station(signed_in.token)
    assert timedelta(days=179) < station.expires_at - timezone.now() < timedelta(days=181)
    Station.objects.filter(pk=station.pk).update(expires_at=timezone.now())
    with pytest.raises(NotAuthenticated):
        find_station(signed_in.token)


def test_a_revoked_station_is_told_so(world: World) -> None:
    world.role("owner", "user")
    signed_in = sign_in(world)
    revoke_station(caller=world.caller("owner"), station_id=signed_in.station.pk, reason="Stolen")
    with pytest.raises(PermissionDenied):
        find_station(signed_in.token)
    with pytest.raises(NotAuthenticated):
        find_station("fds_" + "x" * 43)


def test_a_sign_in_that_is_never_redeemed_gives_no_token(world: World) -> None:
    world.role("owner", "user")
    begun = begin()
    caller = world.caller("owner")
    station = decide_device(caller=caller, user_code=begun.user_code, approves=True, team_id=world.oncology.id)
    assert station is not None
    revoke_station(caller=caller, station_id=station.pk, reason="Not mine")
    with pytest.raises(errors.AccessDenied):
        redeem_device(caller=nobody(), device_code=begun.device_code)


def race(*works: Callable[[], object]) -> None:
    """Do all of these at once, in threads; what they raise but for an answer to a poll fails the test."""
    start = threading.Barrier(len(works))
    failed: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            start.wait()
            work()
        except errors.SignInError:
            pass
        except BaseException as error:  # noqa: BLE001 (shown by the test)
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def redeem_into(redeemed: list[object], poll_now: Callable[[], object]) -> None:
    redeemed.append(poll_now())


def test_no_decision_is_lost_to_a_poll(committed_world: World) -> None:
    committed_world.role("owner", "user")
    caller, team_id = committed_world.caller("owner"), committed_world.oncology.id
    for _ in range(200):
        begun = begin()
        redeemed: list[object] = []
        poll_now = partial(redeem_device, caller=nobody(), device_code=begun.device_code)
        decide_now = partial(decide_device, caller=caller, user_code=begun.user_code, approves=True, team_id=team_id)
        race(partial(redeem_into, redeemed, poll_now), decide_now)
        if not redeemed:
            redeemed.append(poll_now())
        with pytest.raises(errors.InvalidGrant):
            poll_now()
        assert len(redeemed) == 1
