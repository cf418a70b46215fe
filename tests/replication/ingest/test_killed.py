"""A process that is killed while it takes in bundles leaves each whole or absent."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
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


class Ingesting:
    """Takes in the bundles of a file as often as it begins."""

    def __init__(self, site: Site, file: Path) -> None:
        environment = {
            **os.environ,
            "DATABASE_URL": databases.address(databases.current()),
            "DJANGO_SETTINGS_MODULE": "foundry_site.settings",
        }
        command = [sys.executable, "-m", ingesting.__name__, str(site.project_id), site.site_key, str(file)]
        self.process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def begin(self) -> int:
        """Begin anew; the id of the process that does it."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self._said("pid"))

    def kill(self, pid: int, at: int) -> None:
        """Kill it while it takes in what it has just announced."""
        while (said := self._line()).isdecimal() and int(said) < at:
            continue
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        # With the last few it may have been quicker.
        assert int(self._said("ended")) in {-signal.SIGKILL, 0}

    def wait(self) -> int:
        """With which status it ends."""
        return int(self._said("ended"))

    def end(self) -> None:
        self.process.communicate()

    def _said(self, word: str) -> str:
        """What it says after a word; what comes before that is passed over."""
        while not (line := self._line()).startswith(f"{word} "):
            continue
        return line.removeprefix(f"{word} ")

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "it has ended"
        return line.strip()


@pytest.fixture
def process(basel: Site, tmp_path: Path) -> Iterator[Ingesting]:
    """What takes in the bundles of `bundles.json`."""
    process = Ingesting(basel, tmp_path / "bundles.json")
    yield process
    process.end()


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


def test_each_bundle_is_whole_or_absent(basel: Site, process: Ingesting, tmp_path: Path) -> None:
    """Case 15."""
    chance = random.Random(15)
    sent = [basel.write(record(numbered_id(at))) for at in range(1, BUNDLES + 1)]
    (tmp_path / "bundles.json").write_text(json.dumps([write_wire(each) for each in sent]))
    before = 0
    for _kill in range(KILLS):
        at = min(before + chance.randrange(ingesting.AT_ONCE * 4), BUNDLES - ingesting.AT_ONCE)
        process.kill(process.begin(), at)
        after = whole_bundles(basel)
        assert after >= before
        before = after
    process.begin()
    assert process.wait() == 0
    assert whole_bundles(basel) == BUNDLES
    assert not HeldBundle.objects.exists()
    assert state_hash_of(basel.project_id) == replay(PostgresStorage(basel.project_id).by_range()).hash
    assert [str(each) for each in check_records()] == []
