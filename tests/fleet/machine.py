"""A person's machine: the station as its own program, at a node of the product."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from blobs.models import Blob
from foundry_site.launcher.nodes import NodeProcess, running
from stages.fleet.models import Directive, Placement, Report, Station
from stages.fleet.services import change_directive
from stages.fleet.sign_in.services import decide_device
from tests.fleet.world import World
from tests.patience import PATIENCE


@contextmanager
def node_of(environment: Mapping[str, str], folder: Path) -> Iterator[NodeProcess]:
    """A node that serves everything."""
    node = NodeProcess(environment, folder / "node.log")
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

    def join(self, world: World, node: NodeProcess, person: str = "owner") -> Station:
        """Let it in as a person's station in Oncology, and watch the repository."""
        caller, team_id = world.caller(person, via="browser"), world.oncology.id
        self.sign_in(node, lambda code: decide_device(caller=caller, user_code=code, approves=True, team_id=team_id))
        self.run("watch", str(self.repository))
        return Station.objects.get(owner=world.people[person], team=world.oncology)

    def holds(self, *texts: str) -> bool:
        try:
            content = self.file.read_text()
        except OSError:
            return False
        return all(text in content for text in texts)

    def alter(self, old: str, new: str) -> None:
        """Save another text, in one step: what is half written is a change of its own on a loaded machine."""
        content = self.file.read_text()
        assert old in content
        beside = self.file.with_name(".new")
        beside.write_text(content.replace(old, new))
        beside.replace(self.file)


@contextmanager
def at_work(machine: Machine) -> Iterator[None]:
    """The daemon runs."""
    process = machine.start("run")
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def until(condition: Callable[[], object], what: str) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends, what
        time.sleep(0.02)


def change(world: World, directive: Directive, **changes: Any) -> None:
    """Change a directive, approved by somebody else."""
    world.decide(change_directive(caller=world.caller("owner"), directive_id=directive.pk, **changes), "editor")


def text_of(directive: Directive) -> str:
    """What it carries."""
    sha256 = directive.release.draft.sha256_of(directive.field)
    return Blob.objects.get(pk=sha256).text


def state_of(station: Station, directive: Directive) -> str | None:
    """What a station last said of it."""
    return Placement.objects.filter(station=station, directive=directive).values_list("state", flat=True).first()


def kinds(station: Station) -> list[str]:
    """What a station has reported, oldest first."""
    return list(Report.objects.filter(station=station).order_by("station_seq").values_list("kind", flat=True))
