"""Checks the origin of a page: scheme, host and port must all match (RFC 6454, section 5)."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
Origin = tuple[str, str, int]


def is_own_origin(origin: str, *, host: str, is_secure: bool) -> bool:
    """Whether this origin is ours: at the host of the request, or one that the operator trusts.

    `host` is the header `Host` of the request, `is_secure` whether it used TLS, both as in Django's CSRF check.
    """
    page = _read(origin)
    if page is None:
        return False
    if page in {_read(trusted) for trusted in settings.CSRF_TRUSTED_ORIGINS}:
        return True
    here = _read(f"{'https' if is_secure else 'http'}://{host}")
    return page == here and validate_host(f"[{page[1]}]" if ":" in page[1] else page[1], settings.ALLOWED_HOSTS)


def _read(origin: str) -> Origin | None:
    """Scheme, host and port; None for anything that is not an origin of a web page."""
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return None
    is_bare = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or not is_bare:
        return None
    return parts.scheme, parts.hostname, port or _DEFAULT_PORTS[parts.scheme]
