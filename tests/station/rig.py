"""A station on a folder of its own, driven step by step, without a socket."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from foundry_station.authority import Authority
from foundry_station.clock import Clock
from foundry_station.engine import Engine
from foundry_station.inbox import Inbox
from foundry_station.outcomes import Outcome
from foundry_station.places import Machine
from foundry_station.sealed import SealedText
from foundry_station.state import State
from tests.station.site import NOW, Site


def as_frame(sealed: SealedText, **members: Any) -> dict[str, Any]:
    return {"text": sealed.text, "key": sealed.key, "seal": sealed.seal, **members}


@dataclass
class Time:
    """Seconds that pass when a test says so."""

    seconds: float = NOW.timestamp()

    def __call__(self) -> float:
        return self.seconds

    def pass_(self, **span: float) -> None:
        self.seconds += timedelta(**span).total_seconds()


def sign_in(state: State, site: Site) -> None:
    """What `login` stores."""
    state.set(server="http://localhost:9", token="fds_x", station=site.station, site=site.id, site_name="test")
    authority = Authority(state)
    authority.pin(site.key, how="login")
    authority.learn_keys(site.listed_keys)


class Rig:
    """A station that is signed in at a site and watches one repository, `repo`."""

    def __init__(self, folder: Path, site: Site | None = None) -> None:
        self.site = site or Site()
        self.folder = folder
        self.home, self.repo = folder / "home", folder / "repo"
        for each in (self.home, self.repo):
            each.mkdir(parents=True, exist_ok=True)
        self.time = Time()
        self.number = 0
        self.open()
        self.engine.enforcer.files.watch(self.repo)

    def open(self) -> None:
        """Start it; again, as after its end."""
        self.state = State(self.folder / "state")
        if self.state.setting("station") is None:
            sign_in(self.state, self.site)
        machine = Machine(self.home, system=True, system_root=self.folder / "system")
        self.engine = Engine(self.state, machine, Clock(self.state, wall=self.time, running=self.time))
        self.inbox = Inbox(self.engine)

    def restart(self) -> None:
        self.state.close()
        self.open()
        self.engine.replan()

    def assign(self, number: int = 1, **members: Any) -> bool:
        return self.inbox.assignment(as_frame(self.site.assignment(number, **members)))

    def issue(self, *directives: dict[str, Any], **members: Any) -> bool:
        """Obey the next edition of the own team, with these directives, and do what follows."""
        if self.engine.authority.assignment() is None:
            self.assign()
        self.number += 1
        sealed = self.site.edition(self.number, directives, **members)
        taken = self.take(sealed)
        self.engine.replan()
        self.engine.round()
        return taken

    def take(self, sealed: SealedText, *, team: str | None = None, texts: dict[str, str] | None = None) -> bool:
        given = self.site.texts if texts is None else texts
        return self.inbox.edition(as_frame(sealed, team=team or self.site.team, texts=given), {})

    def round(self, paths: Iterable[Path] | None = None) -> list[Outcome]:
        return self.engine.round(paths)

    def reports(self, kind: str | None = None) -> list[dict[str, str]]:
        facts = [each.facts for each in self.engine.enforcer.reports.all()]
        return [each for each in facts if kind is None or each["kind"] == kind]

    def kinds(self) -> list[str]:
        return [each["kind"] for each in self.reports()]

    def states(self) -> dict[str, str]:
        return {each.directive: each.state for each in self.engine.placements()}

    @property
    def file(self) -> Path:
        return self.repo / "CLAUDE.md"

    @property
    def now(self) -> datetime:
        return self.engine.clock.now()
