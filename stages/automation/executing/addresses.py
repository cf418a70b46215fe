"""Addresses that a script asks, and whether they are below one that an owner granted and an operator allowed.

Servers do not agree about what an address means: `%2e%2e`, `..;x`, `//`, a backslash or a name before `@` lead one of
them out of the path that was granted. So what has more than one reading is refused here, whatever a server makes of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple
from unicodedata import normalize
from urllib.parse import unquote

MAX_ADDRESS: Final = 2_000
_ADDRESS: Final = re.compile(
    r"https://(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?"
)
# Printable ASCII without what belongs into no address.
_CHARACTERS: Final = re.compile(r"[!$%&'()*+,\-./0-9:;=?@A-Z_a-z~]+")
_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


class WebAddress(NamedTuple):
    """An https address; `path` begins with a slash."""

    host: str
    port: int
    path: str
    query: str

    @property
    def server(self) -> str:
        return f"{self.host}:{self.port}"

    def __str__(self) -> str:
        port = "" if self.port == 443 else f":{self.port}"
        return f"https://{self.host}{port}{self.path}{f'?{self.query}' if self.query else ''}"


def read_address(text: str) -> WebAddress:
    """An address that has one reading only. Raises `ValueError` with what is wrong with it."""
    if len(text) > MAX_ADDRESS or not _CHARACTERS.fullmatch(text):
        raise ValueError(f"an address has at most {MAX_ADDRESS} characters, all others percent-encoded")
    found = _ADDRESS.fullmatch(text)
    if found is None or ".." in found["host"]:
        raise ValueError("an address begins with https:// and a host, without a name before @")
    port = int(found["port"] or 443)
    if port > 65_535:
        raise ValueError("a port is a number up to 65535")
    path = found["path"] or "/"
    if _ESCAPE.search(text):
        raise ValueError("a percent sign is followed by two hexadecimal digits")
    _check_path(path)
    return WebAddress(found["host"].lower(), port, path, found["query"] or "")


def is_below(address: WebAddress, granted: str) -> bool:
    """Whether an address begins as a granted one does: the same server, and its path up to a slash or the end."""
    try:
        prefix = read_address(granted)
    except ValueError:
        return False
    if prefix.query or prefix.server != address.server:
        return False
    whole = prefix.path if prefix.path.endswith("/") else f"{prefix.path}/"
    return address.path == prefix.path or address.path.startswith(whole)


def can_be_granted(granted: str) -> bool:
    """Whether an address is one that others can be below."""
    try:
        return not read_address(granted).query
    except ValueError:
        return False


def is_granted(address: WebAddress, grants: Iterable[str], servers: Collection[str]) -> bool:
    """Whether an owner granted it and the operator allows its server (`host:port`)."""
    return address.server in servers and any(is_below(address, each) for each in grants)


def _check_path(path: str) -> None:
    """Refuse a path that some server reads as another one."""
    whole = path
    while (once := unquote(whole, errors="replace")) != whole:
        whole = once
    if "\ufffd" in whole:
        raise ValueError("what a path encodes is UTF-8")
    # What some servers take for a full stop or a slash, such as U+FF0E.
    whole = normalize("NFKC", whole)
    if whole.count("/") != path.count("/") or "\\" in whole or not whole.isprintable():
        raise ValueError("a path has no encoded slash, no backslash and no control character")
    parts = [part.partition(";")[0] for part in whole.split("/")[1:]]
    if any(part in (".", "..") for part in parts) or "" in parts[:-1]:
        raise ValueError("a path has no part that is empty or dots alone")
