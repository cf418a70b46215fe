"""A site with a key of its own, which seals editions and assignments as the server does."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from foundry_station.sealed import SealedText, fingerprint_of

NEVER = "Never.\n"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def canonical(value: Any) -> str:
    return rfc8785.dumps(value).decode()


@dataclass
class Site:
    """Seals as a site does; `rotate` gives it its next key, which the one before endorses."""

    id: str = field(default_factory=lambda: str(uuid4()))
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    station: str = field(default_factory=lambda: str(uuid4()))
    team: str = field(default_factory=lambda: str(uuid4()))
    texts: dict[str, str] = field(default_factory=dict)
    listed_keys: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._list(self.private, None)

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    @property
    def key(self) -> str:
        return fingerprint_of(self.public)

    def seal(self, kind: str, members: dict[str, Any]) -> SealedText:
        return self.seal_text(canonical({"type": kind, "v": 1, "site": self.id, "key": self.key, **members}))

    def seal_text(self, text: str) -> SealedText:
        return SealedText(text, self.key, self.private.sign(text.encode()).hex())

    def directive(self, text: str = NEVER, **members: Any) -> dict[str, Any]:
        """A directive as editions list it; its text is remembered."""
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.texts[sha256] = text
        release = {"id": str(uuid4()), "name": "1.0", "version": 1, "content_hash": "0" * 64}
        return {
            "id": str(uuid4()),
            "title": "Secrets",
            "category": "",
            "position": 0,
            "layer": "project",
            "destination": "claude",
            "path": "",
            "match": [],
            "mode": "block",
            "timeout_hours": 24,
            "overridable": False,
            "replaces": None,
            "starts_at": None,
            "ends_at": None,
            "status": "active",
            "project": {"id": str(uuid4()), "name": "Protocol"},
            "release": release,
            "field": "prompt_text",
            "text": {"sha256": sha256, "size": len(text.encode())},
            **members,
        }

    def edition(
        self,
        number: int,
        directives: Sequence[dict[str, Any]],
        *,
        team: str | None = None,
        parent: str | None = None,
        categories: Sequence[str] = (),
        changes: dict[str, Any] | None = None,
    ) -> SealedText:
        content = {
            "team": {"id": team or self.team, "name": "Oncology", "parent": parent},
            "number": number,
            "at": "2026-11-30T12:00:00.000000Z",
            "categories": list(categories),
            "directives": list(directives),
            **(changes or {}),
        }
        return self.seal("edition", content)

    def assignment(
        self, number: int = 1, *, teams: Sequence[str] = (), exceptions: Sequence[dict[str, Any]] = (), **members: Any
    ) -> SealedText:
        content = {
            "station": {"id": self.station, "name": "laptop", "owner": "ada"},
            "number": number,
            "at": "2026-11-30T12:00:00.000000Z",
            "teams": list(teams) or [self.team],
            "exceptions": list(exceptions),
            **members,
        }
        return self.seal("assignment", content)

    def rotate(self) -> dict[str, Any]:
        """Replace the key; the entry of the new one, with its succession."""
        before, self.private = self.private, Ed25519PrivateKey.generate()
        return self._list(self.private, before)

    def _list(self, private: Ed25519PrivateKey, before: Ed25519PrivateKey | None) -> dict[str, Any]:
        public = private.public_key().public_bytes_raw()
        endorsement = None
        if before is not None:
            statement = canonical(
                {
                    "type": "site_key",
                    "v": 1,
                    "site": self.id,
                    "key": fingerprint_of(before.public_key().public_bytes_raw()),
                    "next": fingerprint_of(public),
                    "at": "2026-11-30T12:00:00.000000Z",
                    "reason": "yearly",
                }
            )
            seals = [key.sign(statement.encode()).hex() for key in (before, private)]
            endorsement = {"statement": statement, "seal": seals[0], "next_seal": seals[1]}
        entry = {"fingerprint": fingerprint_of(public), "public_key": public.hex(), "endorsement": endorsement}
        self.listed_keys.append(entry)
        return entry
