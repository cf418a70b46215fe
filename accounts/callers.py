"""The caller of a write: the user, the way in which they write, and the credential that they use.

Every service takes one, and every event records it (21 CFR 11.10e and 11.10h). It is made here from a request, a
socket's scope or nothing (commands and jobs); a client can supply neither user nor address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from django.utils import timezone

from accounts.client_addresses import address_of_request, address_of_scope
from accounts.models import PersonalAccessToken, User
from kernel.addresses import is_api_path
from kernel.errors import ReadOnlyToken

if TYPE_CHECKING:
    from django.http import HttpRequest

# Longer user agents are cut off: they are only additional information.
MAX_USER_AGENT = 300


@dataclass(frozen=True, slots=True)
class Caller:
    """The acting user, with the circumstances that the audit trail records.

    ``via`` is a registered way of writing (`audit.via`): ``browser``, ``api``, ``gateway``, ``command``, ``job``, or a
    stage's own.
    ``credential`` identifies the credential without revealing it: ``token:<id>``, ``cookie:<hash of the session key>``,
    ``command`` or ``job``. ``on_behalf_of`` is the user for whom an agent or a service acts. ``proven_at`` is when the
    person last reauthenticated in this browser session; None for a token, which cannot. With ``is_read_only``
    everything that would be recorded is refused: the token is for reading.
    """

    user: User
    via: str
    session_id: UUID | None = None
    address: str | None = None
    user_agent: str | None = None
    client_ref: UUID | None = None
    credential: str = ""
    on_behalf_of: UUID | None = None
    proven_at: datetime | None = None
    is_read_only: bool = False


def refuse_read_only(caller: Caller) -> None:
    """Raise `ReadOnlyToken` for a token that is for reading, in a write without an event, which would refuse it."""
    if caller.is_read_only:
        raise ReadOnlyToken


def cookie_credential(session_key: str) -> str:
    """Identify a browser session without revealing its key: 128 bits of its SHA-256."""
    return f"cookie:{hashlib.sha256(session_key.encode()).hexdigest()[:32]}"


def caller_from_request(request: HttpRequest, user: User | None = None) -> Caller:
    """The caller of a signed-in HTTP request; ``request.auth`` is the token where one was used.

    A session cookie means `browser`, whatever the address; a token means `api`. ``user`` is given while signing in or
    out, when ``request.user`` is not set yet or no longer.
    """
    user = user or _user_of(request)
    token = getattr(request, "auth", None)
    if isinstance(token, PersonalAccessToken):
        caller = _in_request(request, user=user, via="api", credential=token.credential)
        return replace(caller, is_read_only=token.is_read_only)
    proven_at = _proven_at(request, user)
    return _in_request(request, user=user, via="browser", credential=_cookie_of(request), proven_at=proven_at)


def proven_caller(request: HttpRequest, user: User) -> Caller:
    """The caller of a request without a session whose user has just given their password."""
    return _in_request(request, user=user, via="api", credential="", proven_at=timezone.now())


def unknown_caller(request: HttpRequest) -> Caller:
    """The caller of an anonymous request: the service user, with the address of the request."""
    via = "api" if is_api_path(request.path_info) else "browser"
    return _in_request(request, user=User.objects.foundry(), via=via, credential="")


def caller_from_scope(scope: Mapping[str, Any]) -> Caller:
    """The caller of an ASGI connection in whose scope the gateway has put what its sign-in found out."""
    agent = dict(scope.get("headers", ())).get(b"user-agent")
    return Caller(
        user=scope["user"],
        via="gateway",
        address=address_of_scope(scope),
        user_agent=_clean_user_agent(agent.decode("latin-1") if agent else None),
        credential=scope["credential"],
        is_read_only=scope["is_read_only"],
    )


def foundry_caller(via: str = "job") -> Caller:
    """The service user ``foundry``, for sweeper, jobs and commands."""
    return Caller(user=User.objects.foundry(), via=via, credential=via)


def _in_request(
    request: HttpRequest, *, user: User, via: str, credential: str, proven_at: datetime | None = None
) -> Caller:
    return Caller(
        user=user,
        via=via,
        address=address_of_request(request),
        user_agent=_clean_user_agent(request.META.get("HTTP_USER_AGENT")),
        credential=credential,
        proven_at=proven_at,
    )


def _proven_at(request: HttpRequest, user: User) -> datetime | None:
    """When the person of this session last reauthenticated."""
    if not hasattr(request, "session"):
        return None
    times = [record["at"] for record in get_authentication_records(request, user) if record.get("reauthenticated")]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def _user_of(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise TypeError("an anonymous request has no caller")
    return request.user


def _cookie_of(request: HttpRequest) -> str:
    key = request.session.session_key if hasattr(request, "session") else None
    return cookie_credential(key) if key else ""


def _clean_user_agent(text: str | None) -> str | None:
    if not text:
        return None
    return "".join(character for character in text if character.isprintable())[:MAX_USER_AGENT] or None
