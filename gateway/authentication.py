"""Who opens a socket: a bearer token in a header or a subprotocol, or the session cookie with an Origin of ours.

Only the cookie is sent along by a browser whatever page opens the socket, so only with it does the Origin matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, parse_cookie
from django.utils.translation import gettext as _

from accounts.callers import Caller, caller_from_scope, cookie_credential
from accounts.models import User
from accounts.origins import is_own_origin
from accounts.services import authenticate_token
from kernel.errors import NotAuthenticated
from kernel.transactions import unavailable_on_timeout

SUBPROTOCOL: Final = "foundry.v1"
_BEARER_PREFIX: Final = "foundry.bearer."

Scope = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _SignedIn:
    user: User
    credential: str
    is_read_only: bool = False


def chosen_subprotocol(scope: Scope) -> str | None:
    """What to answer to the subprotocols offered; a token among them is never repeated."""
    return SUBPROTOCOL if SUBPROTOCOL in scope.get("subprotocols", ()) else None


def authenticate(scope: Scope, *, is_socket: bool = True) -> Caller:
    """The caller of a new socket, or of a request whose answer is still sent. Raises `NotAuthenticated`, `Unavailable`.

    A browser names no Origin in a request for what its own page reads, and gives the answer to no other page.
    """
    token = bearer_token(scope)
    signed_in = _by_token(token) if token is not None else _by_cookie(scope, is_socket=is_socket)
    who = {"user": signed_in.user, "credential": signed_in.credential, "is_read_only": signed_in.is_read_only}
    return caller_from_scope({**scope, **who})


def bearer_token(scope: Scope) -> str | None:
    """The token in the header or among the offered subprotocols of a socket; None without one."""
    scheme, _, text = _header(scope, b"authorization").partition(" ")
    if scheme.lower() == "bearer":
        return text.strip()
    offered = (name for name in scope.get("subprotocols", ()) if name.startswith(_BEARER_PREFIX))
    first = next(offered, None)
    return None if first is None else first.removeprefix(_BEARER_PREFIX)


def _by_token(text: str) -> _SignedIn:
    token = authenticate_token(text)
    return _SignedIn(token.user, token.credential, token.is_read_only)


def _by_cookie(scope: Scope, *, is_socket: bool) -> _SignedIn:
    key = parse_cookie(_header(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME)
    if not key:
        raise NotAuthenticated(_("Sign in, or give a token."))
    if is_socket and not _is_own_origin(scope):
        raise NotAuthenticated(_("With a cookie, a socket is opened by a page of this site only."))
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    with unavailable_on_timeout():
        user = get_user(request)
    if not isinstance(user, User) or not user.is_active:
        raise NotAuthenticated(_("Your session has ended. Sign in again."))
    return _SignedIn(user, cookie_credential(key))


def _is_own_origin(scope: Scope) -> bool:
    """Whether the page that opens the socket is served by us, as Django's CSRF check sees it."""
    return is_own_origin(_header(scope, b"origin"), host=_header(scope, b"host"), is_secure=_is_secure(scope))


def _is_secure(scope: Scope) -> bool:
    """Whether the socket comes by TLS; where a proxy ends it, its header says so (`SECURE_PROXY_SSL_HEADER`)."""
    if settings.SECURE_PROXY_SSL_HEADER is None:
        return scope.get("scheme") in {"wss", "https"}
    name, secure = settings.SECURE_PROXY_SSL_HEADER
    given = _header(scope, name.removeprefix("HTTP_").replace("_", "-").lower().encode())
    return given.split(",", 1)[0].strip() == secure


def _header(scope: Scope, name: bytes) -> str:
    """One header as text; empty where it is missing."""
    return next((value.decode("latin-1") for each, value in scope.get("headers", ()) if each == name), "")
