"""Signing in by a code that a person confirms in a browser (RFC 8628)."""

from __future__ import annotations

import base64
import binascii
import json
import platform
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from foundry_station import VERSION
from foundry_station.sealed import fingerprint_of, is_signed

ATTEMPT_SECONDS: Final = 20.0
SLOWER: Final = 5
GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:device_code"
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class SignInFailed(Exception):
    """The sign-in did not succeed; its text says why, and what to do."""


class ServerAway(Exception):
    """The server cannot be reached."""


@dataclass(frozen=True, slots=True)
class Codes:
    """A sign-in that has begun: what the person opens and compares, and how often to ask, in seconds.

    `site_key` is the fingerprint that the server names; only the key that seals the `id_token` is pinned.
    """

    device_code: str
    user_code: str
    page: str
    page_with_code: str
    interval: float
    expires_in: float
    site_key: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """A station that is signed in: its token, its id, and the site with the fingerprint of its key."""

    server: str
    token: str
    station: str
    site: str | None
    site_name: str
    key: str


def checked_address(address: str, *, insecure: bool = False) -> str:
    """The address of a server without its path's end. Raises `SignInFailed`: over plain HTTP others can read along."""
    parts = urlsplit(address if "://" in address else f"https://{address}")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise SignInFailed(f"{address} is no address of a server.")
    if parts.scheme == "http" and parts.hostname not in _LOCAL and not insecure:
        raise SignInFailed("Plain http shows the token to others on the way: use https, or say --insecure-http.")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def machine_facts(name: str | None = None) -> dict[str, str]:
    """What the person who confirms is shown of this machine."""
    return {
        "name": (name or socket.gethostname() or "station")[:100],
        "system": f"{platform.system()} {platform.release()}"[:200],
        "version": VERSION,
    }


def begin(client: httpx.Client, server: str, name: str | None = None) -> Codes:
    """Begin a sign-in. Raises `SignInFailed` and `ServerAway`."""
    answer = _post(client, f"{server}/api/v1/auth/device/", {"machine": machine_facts(name)})
    if answer.is_error:
        raise SignInFailed(_problem(answer))
    body = _object(answer)
    try:
        return Codes(
            body["device_code"],
            body["user_code"],
            body["verification_uri"],
            body.get("verification_uri_complete", body["verification_uri"]),
            float(body.get("interval", 5)),
            float(body["expires_in"]),
            str(body["site_key"]) if body.get("site_key") else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SignInFailed("The server does not know the sign-in of stations.") from error


def wait_for_decision(
    client: httpx.Client, server: str, codes: Codes, *, sleep: Callable[[float], None] = time.sleep
) -> Identity:
    """Ask until somebody has decided. Raises `SignInFailed` and `ServerAway`.

    An answer that was lost on the way is asked for again: a server that is away for a moment ends nothing.
    """
    interval, ends = codes.interval, time.monotonic() + codes.expires_in
    body = {"device_code": codes.device_code, "grant_type": GRANT_TYPE}
    while time.monotonic() < ends:
        sleep(interval)
        try:
            answer = _post(client, f"{server}/api/v1/auth/device/token/", body)
        except ServerAway:
            continue
        if answer.is_success:
            return _shown(_identity(client, server, _object(answer)), codes)
        error = _object(answer).get("error")
        if error == "slow_down" or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            interval += SLOWER
        elif error != "authorization_pending" and not answer.is_server_error:
            raise SignInFailed(_ENDED.get(str(error), _problem(answer)))
    raise SignInFailed(_ENDED["expired_token"])


_ENDED: Final = {
    "access_denied": "The sign-in was denied.",
    "expired_token": "The code has expired: sign in again.",
    "invalid_grant": "The code was used already, or is unknown: sign in again.",
}


def _shown(identity: Identity, codes: Codes) -> Identity:
    """The identity, whose key must be the one that the person has compared. Raises `SignInFailed`."""
    if codes.site_key is not None and identity.key != codes.site_key:
        raise SignInFailed(f"The site's key is not the one that was shown, but {identity.key}: sign in again.")
    return identity


def _identity(client: httpx.Client, server: str, body: dict[str, Any]) -> Identity:
    """The station that was given, once its `id_token` is seen to be sealed by the site's key."""
    site = body.get("site")
    if not isinstance(site, dict) or not all(isinstance(body.get(each), str) for each in ("access_token", "id_token")):
        raise SignInFailed("The server's answer is no sign-in of a station.")
    station = body.get("station")
    station_id = station.get("id") if isinstance(station, dict) else station
    claims = _claims(client, server, body["id_token"], str(site.get("key")))
    if not isinstance(station_id, str) or claims.get("sub") != station_id:
        raise SignInFailed("The server's answer names two different stations.")
    site_id = site.get("id") if isinstance(site.get("id"), str) else None
    return Identity(server, body["access_token"], station_id, site_id, str(site.get("name") or ""), str(site["key"]))


def _claims(client: httpx.Client, server: str, id_token: str, fingerprint: str) -> dict[str, Any]:
    """What a JWT says that the key with this fingerprint has sealed (EdDSA)."""
    try:
        keys = _object(client.get(f"{server}/.well-known/jwks.json")).get("keys", [])
        public = {fingerprint_of(key): key for key in (_decoded(each["x"]) for each in keys)}
        head, claims, seal = id_token.split(".")
        if json.loads(_decoded(head)).get("alg") != "EdDSA" or fingerprint not in public:
            raise SignInFailed("The sign-in is not sealed by the site's key.")
        if not is_signed(public[fingerprint], _decoded(seal).hex(), f"{head}.{claims}"):
            raise SignInFailed("The seal of the sign-in does not fit.")
        found: dict[str, Any] = json.loads(_decoded(claims))
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise SignInFailed(f"The site's key cannot be checked: {error}") from error
    return found


def _post(client: httpx.Client, address: str, body: dict[str, Any]) -> httpx.Response:
    try:
        return client.post(address, json=body, timeout=ATTEMPT_SECONDS)
    except httpx.HTTPError as error:
        raise ServerAway(f"{address} cannot be reached: {error}") from error


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _problem(answer: httpx.Response) -> str:
    return str(_object(answer).get("detail") or f"The server answered {answer.status_code}.")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
