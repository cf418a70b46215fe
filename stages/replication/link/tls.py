"""Which certificate the other site has to show: one of the system's authorities, or exactly the one it is pinned to."""

from __future__ import annotations

import logging
import ssl
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from stages.replication.environment import PLAIN, is_loopback

logger = logging.getLogger(__name__)

_BEGIN: Final = "-----BEGIN CERTIFICATE-----"
_END: Final = "-----END CERTIFICATE-----"


class AddressRefused(Exception):
    """No connection is made to such an address; the text is one line for the operator."""


def context_for(address: str, certificate: str) -> ssl.SSLContext | None:
    """What checks the certificate of an address; None for a connection without TLS. Raises `AddressRefused`."""
    parts = urlsplit(address)
    if parts.scheme == "wss":
        return _pinning(certificate) if certificate else ssl.create_default_context()
    if parts.scheme != "ws":
        raise AddressRefused(f"{address} is no address of a site: it begins with wss://.")
    if not getattr(settings, PLAIN) and not is_loopback(parts.hostname or ""):
        refusal = AddressRefused(f"{address} is without TLS: use wss://, or set {PLAIN} for a network you trust.")
        logger.warning("%s", refusal)
        raise refusal
    return None


def check_pinned(connection: ssl.SSLObject | None, certificate: str) -> None:
    """Raise `ssl.SSLError` where another certificate was shown than the pinned one, such as one that it signed."""
    if connection is not None and certificate:
        shown = connection.getpeercert(binary_form=True)
        if shown != ssl.PEM_cert_to_DER_cert(_first(certificate)):
            raise ssl.SSLError("The certificate is not the pinned one.")


def _pinning(certificate: str) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cadata=certificate)
    except (ssl.SSLError, ValueError) as error:
        raise AddressRefused(f"The pinned certificate cannot be read: {error}") from None
    # The certificate itself is what is known, whichever name the address has and whoever issued it.
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _first(certificate: str) -> str:
    """Without what tools write before a certificate, such as whose it is."""
    return certificate[certificate.index(_BEGIN) : certificate.index(_END) + len(_END)] + "\n"
