"""A process that is killed while it takes in bundles leaves each whole or absent."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from audit.models import Event
from projects.models import Project
from stages.registers.fold.definition import replay
from stages.registers.models import Bundle, Operation
from stages.registers.storing.storage import PostgresStorage
from stages.registers.verification import check_records
from stages.replication.ingest.reading import state_hash_of
from stages.replication.ingest.wire import write_wire
from stages.replication.models import HeldBundle
from tests import databases
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.world import Desk
from tests.replication.ingest import ingesting
from tests.replication.ingest.world import Site, record

BUNDLES = 140
KILLS = 6


@pytest.fixture
def basel(own_db: None, project: Project, editor: Any, caller_for: Callable[..., Any]) -> Site:
    Desk(project, caller_for(editor)).create_table()
    return Site(project, "Basel").admit()


def begin(site: Site, file: Path) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "DATABASE_URL": databases.address(databases.current()),
        "DJANGO_SETTINGS_MODULE": "foundry_site.settings",
    }
    arguments = ["-m", ingesting.__name__, str(site.project_id), site.site_key, str(file)]
    return subprocess.Popen(
        [sys.executable, *arguments], cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True
    )


def kill_at(process: subprocess.Popen[str], at: int) -> None:
    """Kill it while it takes in what it has just announced."""
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= at:
            break
    process.kill()
    process.wait()


def whole_bundles(site: Site) -> int:
    """How many bundles of the site are here, each with all its operations, in a chain without a gap."""
    rows = Bundle.objects.filter(site_key=bytes.fromhex(site.site_key)).order_by("number")
    assert [each.number for each in rows] == list(range(1, len(rows) + 1))
    for each in rows:
        assert Operation.objects.filter(bundle=each).count() == each.count
    recorded = Event.objects.of_project(site.project_id).filter(action="register.ingested")
    named = [bundle["hash"] for event in recorded for bundle in event.data["bundles"]]
    assert sorted(named) == sorted(bytes(each.hash).hex() for each in rows)
    return len(rows)


def test_each_bundle_is_whole_or_absent(basel: Site, tmp_path: Path) -> None:
    """Case 15."""
    chance = random.Random(15)
    sent = [basel.write(record(numbered_id(at))) for at in range(1, BUNDLES + 1)]
    file = tmp_path / "bundles.json"
    file.write_text(json.dumps([write_wire(each) for each in sent]))
    before = 0
    for _kill in range(KILLS):
        process = begin(basel, file)
        kill_at(process, min(before + chance.randrange(ingesting.AT_ONCE * 4), BUNDLES - ingesting.AT_ONCE))
        after = whole_bundles(basel)
        assert after >= before
        before = after
    assert begin(basel, file).wait() == 0
    assert whole_bundles(basel) == BUNDLES
    assert not HeldBundle.objects.exists()
    assert state_hash_of(basel.project_id) == replay(PostgresStorage(basel.project_id).by_range()).hash
    assert [str(each) for each in check_records()] == []
