"""Another site in tests: admitted or not, with people, and bundles that it sends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from projects.models import Project
from stages.registers.fold.payloads import AttachFacet, CreateEntity, Payload, SetField
from stages.registers.fold.wire import WireBundle
from stages.registers.models import ActorKey
from stages.replication.choices import Rights
from stages.replication.ingest.services import Ingested, ingest_bundles
from stages.replication.models import HeldBundle, Peer
from tests.registers.storing.foreign_site import ForeignSite
from tests.registers.storing.world import REQ


class Site(ForeignSite):
    """A site whose people this one may know."""

    def __init__(self, project: Project, name: str) -> None:
        super().__init__(project.id, name)
        self.name = name

    def admit(self, rights: Rights = Rights.WRITES) -> Site:
        facts = {"name": self.name, "rights": rights, "admitted_at": timezone.now()}
        Peer.objects.update_or_create(
            project_id=self.project_id, key=bytes.fromhex(self.site_key), defaults=facts, create_defaults=facts
        )
        return self.certify()

    def certify(self) -> Site:
        certificate = self.certificate
        facts = {"certificate": certificate.text, "seal": certificate.seal, "created_at": timezone.now()}
        ActorKey.objects.get_or_create(
            public_key=self.person.verify_key.encode(), site_key=self.key.verify_key.encode(), defaults=facts
        )
        return self

    @property
    def peer(self) -> Peer:
        return Peer.objects.get(project_id=self.project_id, key=bytes.fromhex(self.site_key))

    def send(self, *bundles: WireBundle, keys: Sequence[Any] = ()) -> Ingested:
        """Have this site take in what that one sends."""
        return ingest_bundles(project_id=self.project_id, peer_key=self.site_key, bundles=bundles, keys=keys)

    def records(self, *ids: str) -> list[WireBundle]:
        """A bundle for each record that it makes."""
        return [self.write(record(each)) for each in ids]

    def held(self) -> list[tuple[int | None, str]]:
        """What is held and undecided of its chain: numbers and reasons."""
        rows = HeldBundle.objects.filter(project=self.project_id, decision="").order_by("number", "since", "id")
        return [(each.number, each.reason) for each in rows]


def record(entity: str, *, table: str = REQ, field: str = "title") -> list[Payload]:
    """What makes a record, with a value in one field."""
    return [CreateEntity(entity), AttachFacet(entity, table), SetField(entity, table, field, "made elsewhere")]
