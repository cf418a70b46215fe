"""Other sites in tests of admission: with keys that seal and people that sign, as they would say it over a link."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from nacl.signing import SigningKey

from kernel.canonical import canonical
from stages.replication.admission.invitations import InvitationText, read_invitation
from stages.replication.admission.services import admit_by_code
from stages.replication.models import Peer
from tests.registers.storing.foreign_site import ForeignSite

AT = "2026-11-30T10:00:00.000000Z"
ADDRESS = "wss://basel.example"


class Elsewhere(ForeignSite):
    """Another site of a project, which comes by an invitation."""

    def __init__(self, project_id: UUID, name: str = "Basel") -> None:
        super().__init__(project_id, name)
        self.name = name
        self.site_id = UUID(bytes=hashlib.sha256(name.encode()).digest()[:16])

    def come(self, invitation: str | InvitationText, **said: Any) -> Peer:
        """What a link does once this site has proved its key."""
        read = invitation if isinstance(invitation, InvitationText) else read_invitation(invitation)
        facts = {"site_id": self.site_id, "name": self.name, "address": ADDRESS, "code": read.code, **said}
        return admit_by_code(project_id=self.project_id, key=self.site_key, **facts)

    @property
    def peer(self) -> Peer:
        return Peer.objects.get(project=self.project_id, key=bytes.fromhex(self.site_key))

    def seal(self, kind: str, key: SigningKey | None = None, **members: Any) -> dict[str, str]:
        """A statement that this site sealed, as it travels with bundles."""
        key = key or self.key
        fingerprint = hashlib.sha256(key.verify_key.encode()).hexdigest()
        text = canonical({"type": kind, "v": 1, "site": str(self.site_id), "key": fingerprint, **members})
        return {"text": text, "seal": base64.b64encode(key.sign(text.encode()).signature).decode()}

    def revocation(self, person: str, *, number: int, last: str | None, **members: Any) -> dict[str, str]:
        said: dict[str, Any] = {
            "project": str(self.project_id),
            "public_key": person,
            "site_key": self.site_key,
            "at": AT,
        }
        return self.seal("key_revoked", **{**said, "last_number": number, "last_bundle": last, **members})

    def take_new_key(self, *, end: int = 0, last: str | None = None) -> dict[str, Any]:
        """Replace the site's key; the link of its chain of keys, which says where the old chain of bundles ended."""
        before, self.key = self.key, SigningKey.generate()
        said: dict[str, Any] = {
            "type": "site_key",
            "v": 1,
            "site": str(self.site_id),
            "key": hashlib.sha256(before.verify_key.encode()).hexdigest(),
            "next": hashlib.sha256(self.key.verify_key.encode()).hexdigest(),
            "at": AT,
            "reason": "The old one was on a disk that was sold",
        }
        statement = canonical(said)
        ends = self.seal(
            "chain_end",
            project=str(self.project_id),
            site_key=before.verify_key.encode().hex(),
            number=end,
            hash=last,
        )
        return {
            "before": before.verify_key.encode().hex(),
            "key": self.site_key,
            "statement": statement,
            "seal": before.sign(statement.encode()).signature.hex(),
            "next_seal": self.key.sign(statement.encode()).signature.hex(),
            "ends": {"text": ends["text"], "seal": base64.b64decode(ends["seal"]).hex()},
        }

    def introduction(self, *, revoked: Mapping[str, Any] | None = None, **members: Any) -> dict[str, Any]:
        """What another site says of this one."""
        said: dict[str, Any] = {
            "key": self.site_key,
            "site": str(self.site_id),
            "name": self.name,
            "address": ADDRESS,
            "rights": "writes",
            "admitted_at": AT,
            "revoked": revoked,
            "home": False,
            "succession": [],
        }
        return {**said, **members}


@dataclass
class Home:
    """A site with a project that is joined from here: what it answers, and what it was asked."""

    name: str = "Uppsala"
    key: SigningKey = field(default_factory=SigningKey.generate)
    project: UUID = field(default_factory=uuid4)
    site: UUID = field(default_factory=uuid4)
    asked: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)

    @property
    def site_key(self) -> str:
        return self.key.verify_key.encode().hex()

    def handshake(self, **asked: Any) -> dict[str, Any]:
        """What dialling it answers."""
        self.asked.append(asked)
        project = {"id": str(self.project), "name": "Oncology agent", "description": "Reads protocols"}
        greeting = {"project": project, "site": {"id": str(self.site), "name": self.name}, "home": None}
        return {**greeting, "rights": "writes", "copies": True, "succession": [], **self.answers}

    def invitation(self, **members: Any) -> str:
        """The text that its owner sent."""
        said: dict[str, Any] = {
            "address": "wss://uppsala.example",
            "project": self.project,
            "name": "Oncology agent",
            "site": self.site,
            "key": self.site_key,
            "site_name": self.name,
            "certificate": "",
            "code": "once",
            "expires": datetime.now(UTC) + timedelta(hours=24),
        }
        return InvitationText(**{**said, **members}).as_line()
