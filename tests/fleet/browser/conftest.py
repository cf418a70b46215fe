"""A released project, a team that may have its releases, and people with windows."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex
from typing import IO

import pytest
from django.conf import settings

from accounts.callers import foundry_caller
from accounts.services import create_account
from stages.fleet.models import Team
from stages.fleet.services import create_team, grant_team, set_team_member
from tests.browser.conftest import (  # noqa: F401 (fixtures)
    arrange,
    chromium,
    person,
    pictures,
    whole_pages,
    world,
)
from tests.browser.people import World
from tests.browser.signers import story
from tests.patience import PATIENCE


@pytest.fixture
def oncology(world: World) -> Team:  # noqa: F811
    """A team with the project's releases, of which owner and reviewer are admins; the editor is a user of it."""
    team: Team = world.arrange(lambda: _oncology(world))
    return team


def _oncology(world: World) -> Team:  # noqa: F811
    story(world)
    suffix = token_hex(4)
    world.people["boss"] = create_account(
        caller=foundry_caller("command"), username=f"boss-{suffix}", display_name="Sven Aalto", is_administrator=True
    )
    boss = world.caller("boss")
    team = create_team(caller=boss, parent_id=Team.objects.get(parent=None).id, name=f"Oncology {suffix}")
    for name, role in (("owner", "admin"), ("reviewer", "admin"), ("editor", "user")):
        set_team_member(caller=boss, team_id=team.id, user_id=world.people[name].id, role=role)
    grant_team(caller=world.caller("owner"), project_id=world.project.id, team_id=team.id)
    return team


class StationProcess:
    """`foundry-station` on this machine, with folders of its own."""

    def __init__(self, folder: Path) -> None:
        self.repository = folder / "protocol"
        self.repository.mkdir()
        self.home = folder / "home"
        self.home.mkdir()
        self._log = folder / "station.log"
        self._running: list[subprocess.Popen[str]] = []

    @property
    def file(self) -> Path:
        return self.repository / "CLAUDE.md"

    def run(self, *arguments: str) -> str:
        """Run a command to its end; what it said."""
        done = subprocess.run(
            self._command(*arguments),
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
        return done.stdout

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command that goes on; it is ended with the test."""
        log: IO[str] = self._log.open("a")
        process = subprocess.Popen(
            self._command(*arguments), env=self._environment, stdout=log, stderr=subprocess.STDOUT, text=True
        )
        self._running.append(process)
        return process

    def said(self, words: str) -> str:
        """Wait until it says something; everything that it said."""
        self.until(lambda: words in self._log.read_text(), f"“{words}”")
        return self._log.read_text()

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for something to become true."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"{what} did not happen: {self._log.read_text()[-2000:]}"
            time.sleep(0.05)

    def end(self) -> None:
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.wait(PATIENCE)

    @property
    def _environment(self) -> dict[str, str]:
        path = str(Path(settings.BASE_DIR) / "station")
        return {**os.environ, "HOME": str(self.home), "XDG_STATE_HOME": str(self.home / "state"), "PYTHONPATH": path}

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "foundry_station", *arguments]


@pytest.fixture
def station(tmp_path: Path) -> Iterator[StationProcess]:
    process = StationProcess(tmp_path)
    try:
        yield process
    finally:
        process.end()
