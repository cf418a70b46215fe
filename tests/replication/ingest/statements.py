"""What a site says of the keys of its people, sealed."""

from __future__ import annotations

import base64
from typing import Any

from kernel.canonical import canonical
from tests.replication.ingest.world import Site


def statement(text: str, seal: bytes) -> dict[str, str]:
    return {"text": text, "seal": base64.b64encode(seal).decode()}


def certified(site: Site) -> dict[str, str]:
    return statement(site.certificate.text, site.certificate.seal)


def revoked(site: Site, *, after: int, last: str | None, sealed_by: Site | None = None) -> dict[str, str]:
    """What a site says when an account is closed: of its person nothing counts after a bundle."""
    members: dict[str, Any] = {
        "type": "key_revoked",
        "v": 1,
        "project": str(site.project_id),
        "public_key": site.person.verify_key.encode().hex(),
        "site_key": site.site_key,
        "last_number": after,
        "last_bundle": last,
        "at": "2026-11-30T10:00:00.000000Z",
    }
    text = canonical(members)
    return statement(text, (sealed_by or site).key.sign(text.encode()).signature)
