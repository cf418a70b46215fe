"""Bundles that were examined become part of the state; whoever wrote what they contradict is given notice."""

from __future__ import annotations

from collections.abc import Sequence

from projects.writing import ProjectWrite
from stages.registers.fold.bundles import Bundle
from stages.registers.models import Conflict
from stages.registers.services.intake import Intake
from stages.registers.storing.storage import PostgresStorage
from stages.replication.notices import notice_conflicts
from stages.replication.operation.metrics import INGESTED
from stages.replication.via import SITE


def take_in(write: ProjectWrite, storage: PostgresStorage, bundles: Sequence[Bundle], sender: str) -> None:
    """Append what the site with the key `sender` sent, each site's bundles in the order of its chain."""
    events = Intake(write, storage, sender, SITE).take(bundles)
    write.afterwards(INGESTED.inc, len(bundles))
    if any(each.data["opened"] for each in events):
        hashes = [bytes.fromhex(each.hash) for each in bundles]
        project_id = write.project.id
        opened = Conflict.objects.filter(project=project_id, opened_by__hash__in=hashes, resolved_at=None)
        notice_conflicts(project_id=project_id, conflicts=list(opened.values_list("id", flat=True)))
