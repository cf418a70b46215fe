"""The file of a replica: its own chain, and the copy of home's."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.callers import Caller
from audit.chain import first_prev_hash, link_hash
from audit.keys.text import rfc3339
from drafts.exchange.exporting import export_project
from drafts.exchange.importing import import_project
from drafts.exchange.verification import verify_file
from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from projects.models import Project, Status
from stages.registers.services.records import create_records
from stages.registers.services.tables import create_table
from stages.replication.admission.services import join_project
from stages.replication.home.services import take_events
from stages.replication.home.wire import read_push
from tests.drafts.exchange.project_files import sealed
from tests.replication.admission.world import Home

pytestmark = pytest.mark.django_db


def push_of(home: Home) -> dict[str, Any]:
    """The first event of home's chain, as it pushes it."""
    at, chain = datetime.now(UTC), str(home.project)
    text = canonical({"action": "member.added", "chain": chain, "data": {}, "site": str(home.site)})
    digest = link_hash(prev_hash=first_prev_hash(chain), seq=1, at=at, canonical=text).hex()
    event = {"seq": 1, "at": rfc3339(at), "canonical": text, "hash": digest}
    return {"site": str(home.site), "events": [event], "checkpoint": None, "head": {"seq": 1, "hash": digest}}


@pytest.fixture
def replica(administrator: Caller) -> Project:
    """A replica with a record of its own, and something of home's, joined by who has another name since."""
    home = Home()
    project = join_project(caller=administrator, text=home.invitation(), handshake=home.handshake)
    about: Any = {"caller": administrator, "project_id": project.id, "table": "requirements"}
    create_table(**about, columns=[{"name": "title"}])
    create_records(**about, rows=[{"title": "Pump stops"}])
    take_events(project_id=project.id, peer_key=home.site_key, push=read_push(push_of(home)))
    administrator.user.display_name = "Ada Renamed"
    administrator.user.save(update_fields=["display_name"])
    return project


def test_it_is_verified_and_says_that_it_is_one(replica: Project, tmp_path: Path) -> None:
    data = b"".join(export_project(project_id=replica.id))
    verified = verify_file(io.BytesIO(data))
    assert (verified.header.is_replica, verified.header.project.status) == (True, "replica")
    assert (verified.counts["copied_event"], verified.counts["site"]) == (1, 1)
    said, path = io.StringIO(), tmp_path / "replica.jsonl"
    path.write_bytes(data)
    call_command("verify_export", str(path), stdout=said)
    assert "It is a replica" in said.getvalue()


def test_who_joined_cannot_be_said_otherwise(replica: Project) -> None:
    rows = [json.loads(line) for line in b"".join(export_project(project_id=replica.id)).splitlines()[:-1]]
    rows[0]["project"]["created_by"]["display_name"] = "Mallory"
    with pytest.raises(ValidationFailed, match="named otherwise"):
        verify_file(io.BytesIO(sealed(rows)))


def test_a_new_project_of_it_is_at_home_here(replica: Project, administrator: Caller) -> None:
    data = b"".join(export_project(project_id=replica.id))
    project = import_project(caller=administrator, file=io.BytesIO(data), name="Ours")
    assert (project.status, project.id == replica.id) == (Status.OPEN, False)
