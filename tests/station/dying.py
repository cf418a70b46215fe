"""Kills a station at every step of a write: `python -m tests.station.dying SCENARIO FOLDER`.

A step is a call that changes something outside of the process: a statement of the state, a file that is opened,
written, synchronised, renamed, removed. For each step a child of this process, which has a single thread, is killed
before it; another child is the station's next start. What is wrong then is printed, as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foundry_station.section import find
from tests.station.rig import Rig
from tests.station.site import Site

MAX_STEPS = 400
CALLS = ("open", "write", "fsync", "rename", "unlink", "mkdir", "fchmod")
SITE = Site()
DIRECTIVE = SITE.directive(timeout_hours=2)
NEWER = {**SITE.directive("Only ever.\n"), "id": DIRECTIVE["id"]}
OWN = b"mine, while it was away\n"


@dataclass
class Scenario:
    """What was done to a station's file, what it does at its next start, and what has to be so afterwards."""

    arrange: Callable[[Rig], None]
    act: Callable[[Rig], None]
    kinds: list[str]
    text: bytes = b"Never.\n"
    kept: bytes | None = b"Always"
    own: bytes = OWN
    directive: dict[str, Any] = field(default_factory=lambda: DIRECTIVE)


def alter(rig: Rig) -> None:
    rig.file.write_bytes(OWN + rig.file.read_bytes().replace(b"Never", b"Always"))


def remove(rig: Rig) -> None:
    rig.file.unlink()


def alter_for_a_time(rig: Rig) -> None:
    alter(rig)
    rig.round()
    rig.time.pass_(hours=3)


def start(rig: Rig) -> None:
    rig.engine.begin()
    rig.engine.replan()
    rig.round()


def obey(rig: Rig) -> None:
    rig.take(SITE.edition(2, [NEWER]))
    start(rig)


TEMPORARY = {**DIRECTIVE, "mode": "temporary"}
SCENARIOS = {
    "altered": Scenario(alter, start, ["applied", "change_blocked"]),
    "removed": Scenario(remove, start, ["applied", "change_blocked"], kept=None, own=b""),
    "expired": Scenario(alter_for_a_time, start, ["applied", "change_detected", "change_expired"], directive=TEMPORARY),
    "edition": Scenario(alter, obey, ["applied", "applied"], text=b"Only ever.\n"),
}


def killed_at(step: int, rig: Rig, act: Callable[[Rig], None]) -> bool:
    """Do something in a child that is killed before its step; whether it was, or had fewer steps."""
    child = os.fork()
    if child == 0:
        rig.open()
        count = 0

        def pass_step(*_: object) -> None:
            nonlocal count
            count += 1
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)

        for name in CALLS:
            setattr(os, name, counted(getattr(os, name), pass_step))
        rig.state.connection.set_trace_callback(pass_step)
        act(rig)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def counted(call: Callable[..., Any], pass_step: Callable[[], None]) -> Callable[..., Any]:
    def counting(*arguments: Any, **named: Any) -> Any:
        pass_step()
        return call(*arguments, **named)

    return counting


def faults(rig: Rig, scenario: Scenario) -> list[str]:
    """What is wrong after the next start."""
    data = rig.file.read_bytes()
    section = find(data)
    found = []
    if section is None or [part.text for part in section.parts] != [scenario.text]:
        found.append(f"text: {data!r}")
    if not data.startswith(scenario.own):
        found.append("own lines are lost")
    if rig.kinds() != scenario.kinds:
        found.append(f"reports: {rig.kinds()}")
    kept = [rig.engine.enforcer.kept.data(each.sha256) for each in rig.engine.enforcer.kept.all()]
    if scenario.kept is not None and not any(scenario.kept in each for each in kept):
        found.append("not kept")
    if len(kept) > (scenario.kept is not None):
        found.append(f"kept {len(kept)} times")
    if [path.name for path in rig.repo.iterdir()] != ["CLAUDE.md"]:
        found.append(f"left over: {list(rig.repo.iterdir())}")
    if rig.engine.enforcer.files.intents():
        found.append("a write is still under way")
    return found


def main(name: str, folder: Path) -> None:
    scenario = SCENARIOS[name]
    bad: dict[int, list[str]] = {}
    for step in range(1, MAX_STEPS):
        rig = Rig(folder / str(step), SITE)
        rig.issue(scenario.directive)
        scenario.arrange(rig)
        rig.state.close()
        killed = killed_at(step, rig, scenario.act)
        rig.open()
        for _ in range(2):
            scenario.act(rig)
        if found := faults(rig, scenario):
            bad[step] = found
        rig.state.close()
        if not killed:
            sys.stdout.write(json.dumps({"steps": step - 1, "bad": bad}))
            return
    raise AssertionError(f"more than {MAX_STEPS} steps")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
