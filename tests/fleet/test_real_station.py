"""The station itself, as its own program, at a node of the product: from its sign-in to a file, and back."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from blobs.models import Blob
from foundry_site.launcher.nodes import NodeProcess, running
from proposals.models import Proposal
from stages.fleet.models import Directive, Placement, Report, Request, Station
from stages.fleet.services import change_directive
from stages.fleet.sign_in.services import decide_device
from stages.fleet.stations.services.moving import revoke_station
from tests.fleet.world import World
from tests.patience import PATIENCE


@pytest.fixture
def node(committed_world: World, process_environment: dict[str, str], tmp_path: Path) -> Iterator[NodeProcess]:
    node = NodeProcess(process_environment, tmp_path / "node.log")
    with running(node):
        yield node


class Machine:
    """A person's machine with a repository, and the station's program."""

    def __init__(self, folder: Path) -> None:
        self.repository = folder / "protocol"
        self.repository.mkdir()
        (folder / "home").mkdir()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")},
            "HOME": str(folder / "home"),
            "FOUNDRY_STATION_HOME": str(folder / "state"),
            "PYTHONPATH": str(settings.BASE_DIR / "station"),
        }

    @property
    def file(self) -> Path:
        return self.repository / "CLAUDE.md"

    def start(self, *arguments: str, **pipes: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "foundry_station", *arguments]
        return subprocess.Popen(command, env=self.environment, text=True, **pipes)

    def run(self, *arguments: str, code: int = 0) -> str:
        with self.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == code, out + err
        return out

    def link(self) -> str:
        """The state of its link, whatever `status` ends with."""
        with self.start("status", "--json", stdout=subprocess.PIPE) as process:
            found: str = json.loads(process.communicate(timeout=PATIENCE)[0])["link"]
        return found

    def sign_in(self, node: NodeProcess, decide: Callable[[str], object]) -> None:
        """Log in; `decide` confirms the code that is shown."""
        process = self.start("login", f"http://127.0.0.1:{node.port}", stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stderr is not None
        shown = process.stderr.readline() + process.stderr.readline()
        code = re.search(r"compare the code: (\S+)", shown)
        assert code is not None, shown
        decide(code[1])
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, out + err

    def holds(self, *texts: str) -> bool:
        try:
            content = self.file.read_text()
        except OSError:
            return False
        return all(text in content for text in texts)

    def alter(self, old: str, new: str) -> None:
        content = self.file.read_text()
        assert old in content
        self.file.write_text(content.replace(old, new))


@contextmanager
def at_work(machine: Machine) -> Iterator[None]:
    process = machine.start("run")
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def until(condition: Callable[[], object], what: str) -> None:
    ends = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends, what
        time.sleep(0.02)


def test_a_directive_from_its_release_to_a_file_and_back(
    committed_world: World, node: NodeProcess, tmp_path: Path
) -> None:
    world, machine = committed_world, Machine(tmp_path)
    world.grant()
    for name in ("owner", "editor"):
        world.role(name, "admin")
    caller = world.caller("owner", via="browser")
    machine.sign_in(
        node, lambda code: decide_device(caller=caller, user_code=code, approves=True, team_id=world.oncology.id)
    )
    station = Station.objects.get(owner=world.people["owner"], team=world.oncology)
    machine.run("watch", str(machine.repository))
    with at_work(machine):
        directive = world.directive(mode="block")
        text = text_of(directive)
        until(lambda: machine.holds(text), "written")
        until(lambda: state_of(station, directive) == "in_place", "placed")

        machine.alter(text, "Something else.\n")
        until(lambda: machine.holds(text), "put back")
        # On a loaded machine the file may be seen while it is being written, which is a change of its own.
        until(lambda: kinds(station)[:2] == ["applied", "change_blocked"], "reported")
        assert "in_place" in machine.run("status")

        answer = json.loads(machine.run("request", "change", "-m", "This is better", "--json"))
        assert Proposal.objects.get(pk=answer["proposal_id"]).author_id == station.pk

        until_proposal(world, machine, station, directive)
        until_excepted(world, machine, station, directive)

        revoke_station(caller=world.caller("owner"), station_id=station.pk, reason="Lost")
        until(lambda: machine.link() == "signed_out", "signed out")
        machine.run("status", code=3)
        assert machine.holds(text)
    machine.run("verify")
    machine.run("logout", "--remove")
    assert list(machine.repository.iterdir()) == []


def until_proposal(world: World, machine: Machine, station: Station, directive: Directive) -> None:
    """In the mode `temporary` an alteration stays, and becomes a proposal by itself."""
    change(world, directive, mode="temporary")
    until(lambda: Placement.objects.filter(station=station, edition__gte=2).exists(), "the next edition")
    text = text_of(directive)
    machine.alter(text, "For a while.\n")
    until(lambda: "change_detected" in kinds(station), "reported")
    assert machine.holds("For a while.")
    proposals = Proposal.objects.filter(project=world.project, author=station.pk)
    until(lambda: proposals.filter(state="open").exists(), "proposed")
    machine.alter("For a while.\n", text)
    until(lambda: state_of(station, directive) == "in_place", "as it was")


def until_excepted(world: World, machine: Machine, station: Station, directive: Directive) -> None:
    """An exception comes with the assignment."""
    change(world, directive, mode="block")
    until(lambda: Placement.objects.filter(station=station, edition__gte=3).exists(), "the next edition")
    asked = json.loads(machine.run("request", "exception", str(directive.pk), "-m", "A trial", "--json"))
    world.decide(Request.objects.get(pk=asked["request_id"]), "editor")
    until(lambda: state_of(station, directive) == "excepted", "excepted")


def change(world: World, directive: Directive, **changes: Any) -> None:
    world.decide(change_directive(caller=world.caller("owner"), directive_id=directive.pk, **changes), "editor")


def text_of(directive: Directive) -> str:
    sha256 = directive.release.draft.sha256_of(directive.field)
    return Blob.objects.get(pk=sha256).text


def state_of(station: Station, directive: Directive) -> str | None:
    return Placement.objects.filter(station=station, directive=directive).values_list("state", flat=True).first()


def kinds(station: Station) -> list[str]:
    return list(Report.objects.filter(station=station).order_by("station_seq").values_list("kind", flat=True))
