"""The writes of a station's sign-in: it begins, a person decides once, and it is redeemed once.

Both are one conditional UPDATE, and a poll changes nothing but the time of the next one: whatever happens at the same
moment, no decision is lost and no token is given twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.client_addresses import network_of
from accounts.lockout import Purpose, attempt
from accounts.rules import require_proof
from audit.keys.sealing import ensure_site_key
from kernel.errors import NotAuthenticated, NotFound, RateLimited
from kernel.statements import database_now, run
from kernel.transactions import write_transaction
from stages.fleet.models import DeviceCode, Station
from stages.fleet.sign_in import errors
from stages.fleet.sign_in.codes import (
    LIFETIME,
    POLL_INTERVAL,
    device_digest,
    new_device_code,
    new_user_code,
    user_digest,
)
from stages.fleet.sign_in.identity import id_token
from stages.fleet.sign_in.machine import check_machine
from stages.fleet.sign_in.tokens import OVERLAP, credential_of, is_former_valid, new_token
from stages.fleet.stations.services.enrolling import enrol_station, record_token

# Sign-ins of one network that nobody has decided on.
MAX_PENDING: Final = 200
# Seconds; a station that goes on polling too fast waits at most so long.
MAX_INTERVAL: Final = 300
# Ended sign-ins are kept for so long, so that a late poll learns why it gets nothing.
KEPT: Final = timedelta(days=1)

_DECIDE: Final = """
UPDATE fleet_devicecode SET approved = %s, team_id = %s, decided_by_id = %s, decided_at = clock_timestamp()
WHERE user_digest = %s AND approved IS NULL AND expires_at > clock_timestamp() RETURNING id
"""
_REDEEM: Final = """
UPDATE fleet_devicecode SET redeemed_at = clock_timestamp()
WHERE device_digest = %s AND approved AND redeemed_at IS NULL AND expires_at > clock_timestamp() RETURNING station_id
"""
_POLL: Final = """
UPDATE fleet_devicecode AS code
SET interval = least(code.interval + CASE WHEN asked.is_early THEN %s ELSE 0 END, %s),
    next_poll_at = clock_timestamp()
        + make_interval(secs => code.interval + CASE WHEN asked.is_early THEN %s ELSE 0 END)
FROM (
    SELECT id, next_poll_at > clock_timestamp() AS is_early FROM fleet_devicecode WHERE device_digest = %s
    FOR NO KEY UPDATE
) AS asked
WHERE code.id = asked.id
RETURNING asked.is_early, code.approved, code.redeemed_at IS NOT NULL, code.expires_at <= clock_timestamp()
"""
_PENDING: Final = """
SELECT count(*) FROM fleet_devicecode
WHERE approved IS NULL AND expires_at > clock_timestamp() AND address <<= %s::inet
"""


@dataclass(frozen=True, slots=True)
class Begun:
    """The codes of a sign-in that has begun; their texts are in no other place."""

    device_code: str
    user_code: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A station that has redeemed its sign-in: its opaque token, and the JWT that names it."""

    station: Station
    access_token: str
    id_token: str


def begin_device(*, caller: Caller, machine: Mapping[str, Any]) -> Begun:
    """Begin the sign-in of a machine that nobody is signed in on. It is private until a person decides: no event.

    Raises `ValidationFailed`, and `RateLimited` where too many of the caller's network are pending.
    """
    facts = check_machine(machine)
    now = database_now()
    begun = Begun(new_device_code(), new_user_code())
    with write_transaction():
        DeviceCode.objects.filter(expires_at__lt=now - KEPT).delete()
        _refuse_too_many(caller.address)
        DeviceCode.objects.create(
            device_digest=device_digest(begun.device_code) or "",
            user_digest=user_digest(begun.user_code) or "",
            machine=facts,
            address=caller.address,
            created_at=now,
            expires_at=now + LIFETIME,
            interval=POLL_INTERVAL,
            next_poll_at=now,
        )
    return begun


def find_device(*, caller: Caller, user_code: str) -> DeviceCode:
    """The pending sign-in with a code that a person typed. It approves nothing.

    A code that there is not counts as a failed try. Raises `NotFound`, and `RateLimited` while locked out.
    """
    with attempt(purpose=Purpose.DEVICE_CODE, caller=caller, user=caller.user) as tried:
        found = DeviceCode.objects.filter(user_digest=user_digest(user_code) or "", approved__isnull=True)
        code = found.filter(expires_at__gt=database_now()).first()
        if code is None:
            raise _no_such_code()
        tried.succeed()
    return code


def decide_device(
    *, caller: Caller, user_code: str, approves: bool, team_id: UUID | None = None, name: str | None = None
) -> Station | None:
    """Let the machine with that code in as a station of the caller's in a team of theirs, or deny it; once.

    Raises `NotFound` for a code that there is not, that has expired or was decided, and for a team that is not the
    caller's; `ReauthenticationNeeded`, since a station outlives the session; `RateLimited`, `ValidationFailed`.
    """
    code = find_device(caller=caller, user_code=user_code)
    if approves:
        require_proof(caller)
        ensure_site_key(caller=caller)
    with write_transaction():
        team = team_id if approves else None
        if not run((_DECIDE, [approves, team, caller.user.id, code.user_digest])):
            raise _no_such_code()
        if not approves or team_id is None:
            return None
        _token, unknown = new_token()
        station = enrol_station(
            caller=caller,
            team_id=team_id,
            name=name or code.machine["name"],
            machine=code.machine,
            token_digest=unknown,
        )
        DeviceCode.objects.filter(pk=code.pk).update(station=station)
    return station


def redeem_device(*, caller: Caller, device_code: str) -> SignedIn:
    """Give the station its token, once, as soon as its sign-in was approved. Raises a `SignInError` otherwise."""
    digest = device_digest(device_code)
    if digest is None:
        raise errors.InvalidGrant
    with write_transaction():
        redeemed = run((_REDEEM, [digest]))
        if redeemed:
            return _signed_in(caller, redeemed[0][0])
        polled = run((_POLL, [POLL_INTERVAL, MAX_INTERVAL, POLL_INTERVAL, digest]))
    raise _refusal(*polled[0]) if polled else errors.InvalidGrant


def renew_token(*, caller: Caller, station_id: UUID, used_digest: str) -> str:
    """Another token for a station; the one with `used_digest` counts until the new one is used, or for a week.

    Raises `NotFound`, and `NotAuthenticated` where the used one counts no more: who holds it must not get another.
    """
    text, digest = new_token()
    with write_transaction():
        station = Station.objects.select_for_update(no_key=True).filter(pk=station_id).first()
        if station is None or station.is_revoked:
            raise NotFound(_("Station not found."))
        if station.token_digest == used_digest:
            station.former_digest = used_digest
        elif station.former_digest != used_digest or not is_former_valid(station, database_now()):
            raise NotAuthenticated(_("The station's token is unknown or expired. Sign the station in again."))
        station.former_until = database_now() + OVERLAP
        record_token(caller, station, digest)
    return text


def _signed_in(caller: Caller, station_id: UUID) -> SignedIn:
    station = Station.objects.select_for_update(no_key=True, of=("self",)).select_related("account", "team", "owner")
    found = station.get(pk=station_id)
    if found.is_revoked:
        raise errors.AccessDenied
    text, digest = new_token()
    acting = replace(caller, user=found.account, via="station", credential=credential_of(found))
    record_token(acting, found, digest)
    return SignedIn(found, text, id_token(found, database_now()))


def _refusal(is_early: bool, approved: bool | None, is_redeemed: bool, is_expired: bool) -> errors.SignInError:
    if is_redeemed:
        return errors.InvalidGrant()
    if is_expired:
        return errors.ExpiredToken()
    if approved is False:
        return errors.AccessDenied()
    return errors.SlowDown() if is_early else errors.AuthorizationPending()


def _refuse_too_many(address: str | None) -> None:
    network = network_of(address)
    if network and run((_PENDING, [network]))[0][0] >= MAX_PENDING:
        raise RateLimited(
            _("Too many sign-ins of your network wait for a decision."), retry_after=int(LIFETIME.total_seconds())
        )


def _no_such_code() -> NotFound:
    return NotFound(_("There is no such code, or it has expired or been used. Look at the device again."))
