"""Another site in tests: with its key, its people, and a chain of bundles of a project."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID

from nacl.signing import SigningKey
from uuid_utils.compat import uuid7

from accounts.callers import foundry_caller
from audit.models import Event
from kernel.canonical import canonical
from kernel.statements import database_now
from projects.writing import upkeep_write
from stages.registers.fold.bundles import Bundle, Head, check_follows, compose_bundle
from stages.registers.fold.clocks import Clock
from stages.registers.fold.payloads import Payload
from stages.registers.fold.wire import WireBundle
from stages.registers.keys.certificates import Certificate, read_certificate
from stages.registers.models import ActorKey
from stages.registers.services.intake import Intake
from stages.registers.storing.storage import PostgresStorage


def certify(site: SigningKey, person: SigningKey, name: str = "Cleo") -> Certificate:
    """What a site seals of a person's key."""
    site_key = site.verify_key.encode()
    members = {
        "type": "actor_certificate",
        "v": 1,
        "site": str(UUID(bytes=site_key[:16])),
        "key": hashlib.sha256(site_key).hexdigest(),
        "public_key": person.verify_key.encode().hex(),
        "site_key": site_key.hex(),
        "site_name": "basel.example",
        "actor": str(UUID(bytes=person.verify_key.encode()[:16])),
        "display_name": name,
        "kind": "human",
        "at": "2026-11-30T10:00:00.000000Z",
    }
    text = canonical(members)
    return Certificate(text, site.sign(text.encode()).signature)


def take_in(
    *,
    project_id: UUID,
    bundles: Sequence[WireBundle],
    certificates: Iterable[Certificate] = (),
    sender: str | None = None,
) -> list[Event]:
    """Have what is new of these bundles come in, each site's in the order of its chain; nobody asks who signed them."""
    with upkeep_write(caller=foundry_caller(), project_id=project_id) as write:
        storage = PostgresStorage(project_id)
        storage.received_at = now = database_now()
        for certificate in certificates:
            found = read_certificate(certificate.text, certificate.seal)
            facts = {"certificate": certificate.text, "seal": certificate.seal, "created_at": now}
            ActorKey.objects.get_or_create(public_key=found.public_key, site_key=found.site_key, defaults=facts)
        heads = dict(storage.heads)
        new = []
        for each in bundles:
            if storage.is_known(each.hash):
                continue
            signed = each.read()
            site = signed.header.site_key
            new.append(check_follows(signed, heads.get(site, Head())))
            heads[site] = new[-1].head
        return Intake(write, storage, sender or (new[0].header.site_key if new else "")).take(new)


class ForeignSite:
    """A site whose key is made of its name, with one person."""

    def __init__(self, project_id: UUID, name: str = "Basel") -> None:
        self.project_id = project_id
        self.key = SigningKey(hashlib.sha256(name.encode()).digest())
        self.person = SigningKey(hashlib.sha256(f"Cleo of {name}".encode()).digest())
        self.head = Head()
        self.now_ms = 1_700_000_000_000

    @property
    def site_key(self) -> str:
        return self.key.verify_key.encode().hex()

    @property
    def certificate(self) -> Certificate:
        return certify(self.key, self.person)

    def write(self, payloads: Sequence[Payload], *, seen: Clock | None = None) -> WireBundle:
        return WireBundle.of(self.compose(payloads, seen=seen).signed)

    def compose(self, payloads: Sequence[Payload], *, seen: Clock | None = None) -> Bundle:
        self.now_ms += 1_000
        bundle = compose_bundle(
            [(payload, None) for payload in payloads],
            project=str(self.project_id),
            site_key=self.site_key,
            head=self.head,
            seen=seen or {},
            actor_id=self.person.verify_key.encode().hex(),
            sign=lambda text: self.person.sign(text.encode()).signature,
            new_id=lambda: str(uuid7()),
            now_ms=self.now_ms,
        )
        self.head = bundle.head
        return bundle
