"""Where sites are: the addresses that links dial, and this site's own name, address and certificate."""

from __future__ import annotations

import ssl
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from stages.replication.environment import CERTIFICATE, NAME, PLAIN, URL, is_loopback
from stages.replication.models.peers import MAX_ADDRESS, MAX_CERTIFICATE


def own_name() -> str:
    """What people call this site."""
    return str(getattr(settings, NAME))


def own_address() -> str:
    """Where other sites dial this one; empty where it is not reached from outside, and only dials."""
    return str(getattr(settings, URL))


def own_certificate() -> str:
    """The PEM certificate to which other sites pin this one; empty where public authorities vouch for it."""
    return str(getattr(settings, CERTIFICATE))


def check_address(text: str, *, name: str = "address") -> str:
    """An address without a slash at its end. Raises `ValidationFailed` on `name` for what no link may dial."""
    parts = _split(text)
    if parts is None or parts.scheme not in {"ws", "wss"} or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValidationFailed({name: [_("Give an address such as wss://foundry.example, perhaps with a port.")]})
    if parts.scheme == "ws" and not getattr(settings, PLAIN) and not is_loopback(str(parts.hostname)):
        words = _("Without TLS only this machine is dialled: use wss://, or set FOUNDRY_SITES_PLAIN here.")
        raise ValidationFailed({name: [words]})
    if len(text) > MAX_ADDRESS:
        raise ValidationFailed({name: [_("At most {most} characters.").format(most=MAX_ADDRESS)]})
    return text.rstrip("/")


def is_at(address: str, host: str | None) -> bool:
    """Whether an address is one of the host itself, by its number: what a name leads to may change at any time."""
    found = str(urlsplit(address).hostname)
    return host is not None and (found == host or (is_loopback(found) and is_loopback(host)))


def check_certificate(text: str, *, name: str = "certificate") -> str:
    """A certificate in PEM form, or the empty text. Raises `ValidationFailed` on `name`."""
    refusal = ValidationFailed({name: [_("Give one certificate in PEM form, without a private key.")]})
    if len(text) > MAX_CERTIFICATE or "PRIVATE KEY" in text:
        raise refusal
    try:
        if text:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError) as error:
        raise refusal from error
    return text


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        is_complete = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_complete and text.isprintable() and " " not in text else None
