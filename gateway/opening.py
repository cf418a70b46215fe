"""From an accepted socket to a connection: who it is, in which project, as which session."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.client_addresses import address_of_scope
from gateway.authentication import authenticate
from gateway.connection import Connection
from gateway.limits import Counted
from gateway.node import Node, current_node
from gateway.socket import Send
from kernel.errors import AnotherAccount, NotFound
from locking.sessions import OpenedSession, open_session, resume_session


@dataclass(frozen=True, slots=True)
class Address:
    """What the address of the socket says: `/ws/projects/{id}/?account=…&session_id=…&resume_secret=…`.

    `account` is the one that the page was rendered for, which only pages have.
    """

    project_id: UUID
    account: str | None
    session_id: UUID | None
    resume_secret: str


async def sign_in(scope: Mapping[str, Any], node: Node, counted: Counted) -> Caller:
    """Who opens a socket; it counts as their own until `counted` is closed.

    Raises `NotAuthenticated`, `Unavailable`, and `RateLimited` for one socket too many.
    """
    with node.sockets.before_sign_in(address_of_scope(scope)):
        caller = await node.lanes.read(functools.partial(authenticate, scope))
    counted.enter_context(node.sockets.of_person(str(caller.user.id)))
    # What it sends unfinished is this person's from now on, where the server counts it.
    scope.get("belongs_to", _do_not_count)(str(caller.user.id))
    return caller


async def open_connection(scope: Mapping[str, Any], send: Send, counted: Counted) -> Connection:
    """Sign in and open the session, or resume it; the socket counts as its person's until `counted` is closed.

    Raises as `sign_in`, `AnotherAccount`, and `NotFound`.
    """
    node = await current_node()
    caller = await sign_in(scope, node, counted)
    address = read_address(scope)
    if address.account not in {None, str(caller.user.id)}:
        raise AnotherAccount(_("A different account is signed in than the one that opened this page."))
    session = await node.lanes.write(functools.partial(_session, caller, address))
    return Connection(
        node,
        send,
        caller=replace(caller, session_id=session.session_id),
        authenticate=functools.partial(authenticate, scope),
        project_id=address.project_id,
        session=session,
    )


def read_address(scope: Mapping[str, Any]) -> Address:
    """The parts of the address. Raises `NotFound` where there is no project id; the rest is taken if it makes sense."""
    project_id = _uuid(scope["url_route"]["kwargs"]["project_id"])
    if project_id is None:
        raise NotFound(_("Project not found."))
    query = _query(scope)
    return Address(
        project_id=project_id,
        account=query.get("account"),
        session_id=_uuid(query.get("session_id", "")),
        resume_secret=query.get("resume_secret", ""),
    )


def read_after(scope: Mapping[str, Any]) -> int | None:
    """The number that the client has, by the address; -1, which no topic has, for something else than a number."""
    text = _query(scope).get("after")
    if text is None:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1


def _query(scope: Mapping[str, Any]) -> dict[str, str]:
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return {name: values[0] for name, values in query.items()}


def _do_not_count(_user_id: str) -> None:
    """For a server that does not limit the bytes of unfinished messages."""


def _session(caller: Caller, address: Address) -> OpenedSession:
    if address.session_id is None:
        return open_session(caller=caller, project_id=address.project_id)
    return resume_session(
        caller=caller,
        project_id=address.project_id,
        session_id=address.session_id,
        resume_secret=address.resume_secret,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
