"""The site's key is replaced while a real station is connected, and while it is away: it follows, and obeys."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as site
from pytest_django import Settings

from accounts.callers import foundry_caller
from audit.keys.rotation import rotate_site_key
from foundry_site.launcher.nodes import NodeProcess
from stages.fleet.services import seal_anew
from tests.fleet.machine import Machine, at_work, change, node_of, until
from tests.fleet.world import World, new_world, with_roles


@pytest.fixture
def own_world(own_db: str, settings: Settings, tmp_path: Path) -> World:
    """A site with a key of its own, which can be replaced."""
    (tmp_path / "data").mkdir()
    for file in Path(site.FOUNDRY_DATA_DIR).iterdir():
        if file.is_file():
            shutil.copy2(file, tmp_path / "data" / file.name)
    settings.FOUNDRY_DATA_DIR = tmp_path / "data"
    return with_roles(new_world())


@pytest.fixture
def node(own_world: World, own_db: str, process_environment: dict[str, str], tmp_path: Path) -> Iterator[NodeProcess]:
    own = {"DATABASE_URL": own_db, "FOUNDRY_DATA_DIR": str(tmp_path / "data")}
    with node_of({**os.environ, **process_environment, **own}, tmp_path) as node:
        yield node


def replace_key() -> str:
    key = rotate_site_key(caller=foundry_caller("command"), reason="Yearly").after
    assert seal_anew() >= 2
    return key


def test_f15_a_station_follows_the_site_to_its_next_key(own_world: World, node: NodeProcess, tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.join(own_world, node)
    directive = own_world.directive()
    with at_work(machine):
        until(machine.file.exists, "written")
        second = replace_key()
        until(lambda: second in machine.run("trust"), "followed while it is connected")
        change(own_world, directive, title="After the second key")
        until(lambda: machine.holds("After the second key"), "the next edition")
    change(own_world, directive, title="Missed")
    third = replace_key()
    with at_work(machine):
        until(lambda: third in machine.run("trust"), "followed while it was away")
        until(lambda: machine.holds("Missed"), "what it missed, sealed anew")
    machine.run("verify")
