"""Checks the servers that Foundry sends requests to: whether the operator allows each, and whether it answers."""

from __future__ import annotations

from typing import Final

from django.conf import settings

from kernel.doctor import Diagnoses, bad, ok
from kernel.outbound import OutboundError, connect

SECONDS_TO_ANSWER: Final = 5.0
REMEDY: Final = (
    "Check the address, and the firewall of this node; a host inside, or without TLS, is named in"
    " FOUNDRY_OUTBOUND_HOSTS. Proxies of the environment are not used."
)


def examine() -> Diagnoses:
    """Check each configured address."""
    provider = settings.FOUNDRY_OIDC
    addresses = {
        "FOUNDRY_CHECKPOINT_WEBHOOK": settings.FOUNDRY_CHECKPOINT_WEBHOOK,
        "FOUNDRY_TIMESTAMP_URL": settings.FOUNDRY_TIMESTAMP_URL,
        "FOUNDRY_OIDC_ISSUER": provider.issuer if provider else "",
    }
    for name, address in addresses.items():
        if not address:
            continue
        try:
            connect(address, seconds=SECONDS_TO_ANSWER)
        except OutboundError as error:
            yield bad(name, str(error), REMEDY)
        else:
            yield ok(name, "can be reached")
