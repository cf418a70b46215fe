"""What an operator may choose of sites: their names, addresses, certificates, clocks, and how they find each other."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from socket import gethostname
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from kernel.environment import EnvironmentVariableError, read_flag, read_number, read_words

NAME: Final = "FOUNDRY_SITE_NAME"
URL: Final = "FOUNDRY_SITES_URL"
CERTIFICATE: Final = "FOUNDRY_SITES_CERTIFICATE"
PLAIN: Final = "FOUNDRY_SITES_PLAIN"
DISCOVERY: Final = "FOUNDRY_DISCOVERY"
INTERFACES: Final = "FOUNDRY_DISCOVERY_INTERFACES"
SKEW: Final = "FOUNDRY_CLOCK_SKEW"

# Both are columns of a peer.
MAX_NAME: Final = 200
MAX_CERTIFICATE: Final = 16_384
# What registers take at all of a clock that is ahead.
MAX_SKEW: Final = 24 * 3600

_SCHEMES: Final = {"http": "ws", "https": "wss"}
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def read_settings(variables: Mapping[str, str]) -> dict[str, Any]:
    """How this site is called and reached, what it asks of others' clocks, and whether it looks for sites around it.

    `FOUNDRY_SITES_CERTIFICATE` names a file; the setting is its text. Raises `EnvironmentVariableError`.
    """
    plain = read_flag(variables, PLAIN)
    url = _read_url(variables.get(URL, "").strip(), plain) or _of_pages(variables.get("FOUNDRY_URL", "").strip(), plain)
    return {
        NAME: _read_name(variables.get(NAME, "").strip()) or urlsplit(url).hostname or gethostname()[:MAX_NAME],
        URL: url,
        CERTIFICATE: _read_certificate(variables.get(CERTIFICATE, "").strip()),
        PLAIN: plain,
        DISCOVERY: read_flag(variables, DISCOVERY),
        INTERFACES: _read_interfaces(variables),
        SKEW: _read_skew(variables),
    }


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or its address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _read_name(text: str) -> str:
    if len(text) > MAX_NAME or _CONTROL.search(text):
        raise EnvironmentVariableError(f"{NAME} takes at most {MAX_NAME} characters on one line.")
    return text


def _read_url(text: str, plain: bool) -> str:
    """The address without a slash at its end: links add `/ws/sites/…` to it."""
    if not text:
        return ""
    parts = _split(text)
    if parts is None or parts.scheme not in {"ws", "wss"} or parts.query or parts.fragment or "@" in parts.netloc:
        raise EnvironmentVariableError(f"{URL} takes wss://host, with a port or a path where there is one: {text!r}.")
    if parts.scheme == "ws" and not plain and not is_loopback(str(parts.hostname)):
        raise EnvironmentVariableError(f"{URL} is without TLS: use wss://, or set {PLAIN} for a network you trust.")
    return text.rstrip("/")


def _of_pages(text: str, plain: bool) -> str:
    """The address of the site's pages, for links; none where links may not take it."""
    scheme, _separator, rest = text.partition("://")
    try:
        return _read_url(f"{_SCHEMES[scheme]}://{rest}", plain) if scheme in _SCHEMES else ""
    except EnvironmentVariableError:
        return ""


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        is_complete = parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if is_complete else None


def _read_certificate(name: str) -> str:
    if not name:
        return ""
    try:
        text = Path(name).read_text("ascii")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (OSError, ValueError) as error:
        raise EnvironmentVariableError(f"{CERTIFICATE}: {name} is no certificate in PEM form ({error}).") from None
    if len(text) > MAX_CERTIFICATE or "PRIVATE KEY" in text:
        raise EnvironmentVariableError(
            f"{CERTIFICATE}: {name} has to be the certificate alone, of at most {MAX_CERTIFICATE:,} bytes."
        )
    return text.strip() + "\n"


def _read_interfaces(variables: Mapping[str, str]) -> tuple[str, ...]:
    words = read_words(variables, INTERFACES, "")
    for word in words:
        try:
            ip_address(word)
        except ValueError:
            raise EnvironmentVariableError(f"{INTERFACES} takes addresses of this machine, not {word!r}.") from None
    return words


def _read_skew(variables: Mapping[str, str]) -> int:
    found = read_number(variables, SKEW, 300, minimum=1)
    if found > MAX_SKEW:
        raise EnvironmentVariableError(f"{SKEW} takes a whole number from 1 to {MAX_SKEW}, not {found}.")
    return found
