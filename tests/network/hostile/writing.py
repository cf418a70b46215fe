"""Bundles of a site of our own, written from docs/sites.md and what it names."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from tests.network.hostile.peer import milliseconds
from tests.network.hostile.signing import Signer, bundle_hash, canonical, sha256


def new_id() -> str:
    """A UUID of version 7."""
    content = milliseconds().to_bytes(6, "big") + uuid4().bytes[6:]
    number = int.from_bytes(content, "big") & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62
    return str(UUID(int=number))


def hlc(time: int, counter: int = 0) -> str:
    return f"{time:016x}{counter:08x}"


class Author:
    """Somebody at a site, whose key the site certifies."""

    def __init__(self, site: str, site_signer: Signer, name: str = "Tullio") -> None:
        self.signer = Signer()
        self.certificate = certificate(site, site_signer, self.signer.public, name)


def certificate(site: str, signer: Signer, public: str, name: str, **more: Any) -> dict[str, str]:
    said = {
        "type": "actor_certificate",
        "v": 1,
        "site": site,
        "site_key": signer.public,
        "site_name": "Turin",
        "key": new_id().replace("-", "") * 2,
        "public_key": public,
        "actor": new_id(),
        "display_name": name,
        "kind": "human",
        "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        **more,
    }
    text = canonical(said)
    return {"text": text, "seal": base64.b64encode(signer.sign(text)).decode()}


class Chain:
    """The bundles of one site in one project, in the order of its chain."""

    def __init__(self, project: str, site: str, signer: Signer) -> None:
        self.project = project
        self.signer = signer
        self.author = Author(site, signer)
        self.bundles: list[dict[str, Any]] = []
        self.head: str | None = None
        self.last = milliseconds()

    @property
    def keys(self) -> list[dict[str, str]]:
        return [self.author.certificate]

    def make(self, *payloads: Mapping[str, Any], **header: Any) -> dict[str, Any]:
        """The next bundle, which does not become part of the chain."""
        bundle_id = new_id()
        said = {
            "type": "operation_bundle",
            "v": 1,
            "project": self.project,
            "bundle_id": bundle_id,
            "site_key": self.signer.public,
            "number": len(self.bundles) + 1,
            "prev": self.head,
            "saw": {},
            "count": len(payloads),
            "undoes": None,
            **header,
        }
        return self.sign(said, payloads)

    def sign(self, header: Mapping[str, Any], payloads: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        text = canonical(header)
        self.last = max(self.last + 1, milliseconds())
        operations = []
        for counter, payload in enumerate(payloads):
            operation = {
                "type": "operation",
                "v": 1,
                "header": sha256(text.encode()),
                "bundle_id": header["bundle_id"],
                "op_id": new_id(),
                "hlc": hlc(self.last, counter),
                "actor_id": self.author.signer.public,
                "payload": payload,
            }
            operations.append(self.signed(operation))
        return {"header": text, "operations": operations}

    def signed(self, operation: Mapping[str, Any]) -> dict[str, str]:
        text = canonical(operation)
        return {"text": text, "signature": base64.b64encode(self.author.signer.sign(text)).decode()}

    def add(self, *payloads: Mapping[str, Any], **header: Any) -> dict[str, Any]:
        """The next bundle of the chain."""
        made = self.make(*payloads, **header)
        self.bundles.append(made)
        self.head = bundle_hash(made)
        return made


def record(table: str, **values: Any) -> list[dict[str, Any]]:
    """What makes a record with these values."""
    entity = new_id()
    return [
        {"type": "CreateEntity", "entity_id": entity},
        {"type": "AttachFacet", "entity_id": entity, "facet_type": table},
        *(set_field(entity, table, name, value) for name, value in values.items()),
    ]


def set_field(entity: str, table: str, name: str, value: Any) -> dict[str, Any]:
    return {"type": "SetField", "entity_id": entity, "facet_type": table, "field_name": name, "value": value}
