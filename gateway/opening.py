"""From an accepted socket to a connection: who it is, in which project, as which session."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.addresses import address_of_scope
from accounts.callers import Caller
from gateway.authentication import authenticate
from gateway.connection import Connection, Send
from gateway.node import current_node
from kernel.errors import AnotherAccount, NotFound
from locking.sessions import OpenedSession, open_session, resume_session


@dataclass(frozen=True, slots=True)
class Address:
    """What the address of the socket says: `/ws/projects/{id}/?after=…&account=…&session_id=…&resume_secret=…`.

    `account` is the one that the page was rendered for, which only pages have.
    """

    project_id: UUID
    after: int | None
    account: str | None
    session_id: UUID | None
    resume_secret: str


async def open_connection(scope: Mapping[str, Any], send: Send, counted: ExitStack) -> Connection:
    """Sign in and open the session, or resume it; the socket counts as its person's until `counted` is closed.

    Raises `NotAuthenticated`, `AnotherAccount`, `NotFound`, `Unavailable`, and `RateLimited` for one socket too many.
    """
    node = await current_node()
    sign_in = functools.partial(authenticate, scope)
    with node.sockets.before_sign_in(address_of_scope(scope)):
        caller = await node.lanes.read(sign_in)
    counted.enter_context(node.sockets.of_person(str(caller.user.id)))
    # What it sends unfinished is this person's from now on, where the server counts it.
    scope.get("belongs_to", _nobody_counts)(str(caller.user.id))
    address = read_address(scope)
    if address.account not in {None, str(caller.user.id)}:
        raise AnotherAccount(_("A different account is signed in than the one that opened this page."))
    session = await node.lanes.write(functools.partial(_session, caller, address))
    caller = replace(caller, session_id=session.session_id)
    return Connection(node, send, caller=caller, authenticate=sign_in, project_id=address.project_id, session=session)


def read_address(scope: Mapping[str, Any]) -> Address:
    """The parts of the address. Raises `NotFound` where there is no project id; the rest is taken if it makes sense."""
    project_id = _uuid(scope["url_route"]["kwargs"]["project_id"])
    if project_id is None:
        raise NotFound(_("There is no such project."))
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    first = {name: values[0] for name, values in query.items()}
    return Address(
        project_id=project_id,
        after=_after(first.get("after")),
        account=first.get("account"),
        session_id=_uuid(first.get("session_id", "")),
        resume_secret=first.get("resume_secret", ""),
    )


def _nobody_counts(_user_id: str) -> None:
    """For a server that lets any number of unfinished bytes in."""


def _session(caller: Caller, address: Address) -> OpenedSession:
    if address.session_id is None:
        return open_session(caller=caller, project_id=address.project_id)
    return resume_session(
        caller=caller,
        project_id=address.project_id,
        session_id=address.session_id,
        resume_secret=address.resume_secret,
    )


def _after(text: str | None) -> int | None:
    """The `seq` the client has; -1, which no chain has, for something else than a number."""
    if text is None:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
