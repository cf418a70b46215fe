"""From an accepted socket to a station: only its own token opens it, and the server says to which team it belongs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller, caller_from_scope
from accounts.client_addresses import address_of_scope
from accounts.models import User
from gateway.authentication import bearer_token
from gateway.limits import Counted
from gateway.node import Node
from kernel.errors import DomainError, NotAuthenticated
from kernel.transactions import unavailable_on_timeout
from stages.fleet.models import Station
from stages.fleet.sign_in.tokens import credential_of, find_stations, token_digest, touch

VIA = "station"
# What a socket keeps of its station's account.
_KEPT = ("id", "username", "display_name", "kind", "is_active", "is_superuser", "is_auditor")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A station whose token was shown: `digest` is that of this token, `seen_until` when it was last in touch."""

    caller: Caller
    station_id: UUID
    team_id: UUID
    digest: str
    seen_until: datetime


async def sign_in(scope: Mapping[str, Any], node: Node, counted: Counted) -> SignedIn:
    """Which station opens a socket; it counts as its own until `counted` is closed.

    Raises `NotAuthenticated` without the token of a station, `PermissionDenied` for a revoked one, `Unavailable`, and
    `RateLimited` for one socket too many.
    """
    with node.sockets.before_sign_in(address_of_scope(scope)):
        signed_in: SignedIn = await node.lanes.read_gathered("stations.sign_in", scope, authenticate_all)
    counted.enter_context(node.sockets.of_person(str(signed_in.station_id)))
    belongs_to = scope.get("belongs_to")
    if belongs_to is not None:
        belongs_to(str(signed_in.station_id))
    return signed_in


def authenticate(scope: Mapping[str, Any]) -> SignedIn:
    """The same, blocking. A session cookie and a personal token are no station's."""
    (outcome,) = authenticate_all([scope])
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


def authenticate_all(scopes: Sequence[Mapping[str, Any]]) -> list[SignedIn | DomainError]:
    """The same for many sockets, which come at once when a node has ended: each one's station or its refusal."""
    tokens = [bearer_token(scope) or "" for scope in scopes]
    stations = find_stations(tokens)
    accounts = _accounts_of(stations)
    outcomes: list[SignedIn | DomainError] = []
    used: list[tuple[Station, str]] = []
    for scope, token, found in zip(scopes, tokens, stations, strict=True):
        if isinstance(found, DomainError):
            outcomes.append(found if token else NotAuthenticated(_("Give a station's token.")))
            continue
        used.append((found, token))
        seen_until = found.last_seen_at or found.enrolled_at
        caller = caller_of(found, accounts[found.pk], scope)
        outcomes.append(SignedIn(caller, found.pk, found.team_id, token_digest(token), seen_until))
    touch(used)
    return outcomes


def caller_of(station: Station, account: User, scope: Mapping[str, Any]) -> Caller:
    """The caller of what a station writes, on behalf of its owner."""
    facts = {"user": account, "credential": credential_of(station), "is_read_only": False}
    return replace(caller_from_scope({**scope, **facts}), via=VIA, on_behalf_of=station.owner_id)


def _accounts_of(stations: Iterable[Station | DomainError]) -> Mapping[UUID, User]:
    """The accounts as sockets keep them: those that came with the stations would keep the stations, too."""
    found = [each.pk for each in stations if isinstance(each, Station)]
    with unavailable_on_timeout():
        return User.objects.only(*_KEPT).in_bulk(found) if found else {}
