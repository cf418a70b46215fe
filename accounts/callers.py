"""The caller: who asks for a write, through which door, with which proof.

Every service takes one, and every event records it (21 CFR 11.10e: actor, and by Annex 11 the means). It is made here from a request, a socket's scope or nothing
(commands and jobs); a client can supply neither user nor address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from accounts.models import PersonalAccessToken, User

if TYPE_CHECKING:
    from django.http import HttpRequest

Via = Literal["browser", "api", "gateway", "command", "job"]

# A user agent is a note, not content: longer ones are cut.
USER_AGENT_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Caller:
    """One acting user with the circumstances that the audit trail keeps.

    ``credential`` names the proof without being one: ``token:<id>``, ``cookie:<hash of the session key>``, ``command``
    or ``job``. ``on_behalf_of`` is the user for whom an agent or a service acts.
    """

    user: User
    via: Via
    session_id: UUID | None = None
    address: str | None = None
    user_agent: str | None = None
    client_ref: UUID | None = None
    credential: str = ""
    on_behalf_of: UUID | None = None


def cookie_credential(session_key: str) -> str:
    """Name a browser session without giving its key away: 128 bits of its SHA-256."""
    return f"cookie:{hashlib.sha256(session_key.encode()).hexdigest()[:32]}"


def caller_from_request(request: HttpRequest, via: Via = "browser", client_ref: UUID | None = None) -> Caller:
    """The caller of a signed-in HTTP request; ``request.auth`` is the token where one was used."""
    if not isinstance(request.user, User):
        raise TypeError("an anonymous request has no caller")
    token = getattr(request, "auth", None)
    return Caller(
        user=request.user,
        via=via,
        address=request.META.get("REMOTE_ADDR") or None,
        user_agent=_clean_user_agent(request.META.get("HTTP_USER_AGENT")),
        client_ref=client_ref,
        credential=token.credential if isinstance(token, PersonalAccessToken) else _cookie_of(request),
    )


def caller_from_scope(scope: Mapping[str, Any]) -> Caller:
    """The caller of an ASGI connection in whose scope the gateway has put ``user`` and ``credential``."""
    client = scope.get("client")
    headers = dict(scope.get("headers", ()))
    agent = headers.get(b"user-agent")
    return Caller(
        user=scope["user"],
        via="gateway",
        address=client[0] if client else None,
        user_agent=_clean_user_agent(agent.decode("latin-1") if agent else None),
        credential=scope["credential"],
    )


def foundry_caller(via: Via = "job") -> Caller:
    """The service user ``foundry``, for sweeper, jobs and commands."""
    return Caller(user=User.objects.foundry(), via=via, credential=via)


def _cookie_of(request: HttpRequest) -> str:
    key = request.session.session_key if hasattr(request, "session") else None
    return cookie_credential(key) if key else ""


def _clean_user_agent(text: str | None) -> str | None:
    if not text:
        return None
    return "".join(character for character in text if character.isprintable())[:USER_AGENT_LIMIT] or None
