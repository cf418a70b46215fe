"""A fleet that has something to show: teams, directives, stations in every state, reports, a request."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, Final

from django.utils import timezone

from accounts.callers import foundry_caller
from accounts.services import create_account
from audit.keys.sealing import ensure_site_key
from audit.keys.text import rfc3339
from kernel.transactions import write_transaction
from publishing.models import Release
from stages.fleet.choices import PlacementState
from stages.fleet.models import Directive, Station, Team
from stages.fleet.services import (
    create_team,
    decide_request,
    grant_team,
    pause_directive,
    request_exception,
    set_team_member,
    submit_directive,
)
from stages.fleet.sign_in.machine import check_machine
from stages.fleet.sign_in.tokens import new_token
from stages.fleet.stations.services.enrolling import enrol_station
from stages.fleet.stations.services.placements import NewPlacement, put_placements
from tests.browser.people import World
from tests.browser.signers import story
from tests.fleet.reporting import send_reports
from tests.fleet.stations import SignedIn

# Name, owner, team, state of its directives; the newest contact in minutes.
STATIONS: Final = (
    ("mli-mac-01", "owner", "study", "in_place", 0),
    ("dok-ws-07", "editor", "study", "drifted", 0),
    ("pra-ws-11", "reviewer", "study", "in_place", 0),
    ("sbr-laptop-02", "sofia", "study", "in_place", 4000),
    ("jwe-ws-03", "sofia", "study", "pending", 0),
    ("dok-ws-08", "editor", "study", "in_place", 0),
    ("pra-lab-02", "reviewer", "study", "in_place", 0),
    ("bio-calc-01", "sofia", "biostatistics", "pending", 0),
    ("bio-calc-02", "sofia", "biostatistics", "in_place", 0),
    ("mli-ws-02", "owner", "biostatistics", "in_place", 0),
    ("pv-intake-01", "reviewer", "safety", "in_place", 0),
    ("pv-intake-02", "reviewer", "safety", "drifted", 0),
    ("pv-archive-01", "reviewer", "safety", "in_place", 5000),
)
ALTERED: Final = ("more than 21 days", "more than 28 days")
REPOSITORY: Final = "git.northwell.example/onc/onc-2041-tools"


@dataclass
class Scene:
    """What was made, by short names; to be made inside `arrange`."""

    world: World
    release: Release
    teams: dict[str, Team] = field(default_factory=dict)
    directives: dict[str, Directive] = field(default_factory=dict)
    stations: dict[str, Station] = field(default_factory=dict)

    @classmethod
    def make(cls, world: World) -> Scene:
        release, _second = story(world)
        scene = cls(world, release)
        scene._invite()
        scene._found_teams()
        scene._issue()
        scene._connect()
        scene._report()
        scene._ask()
        return scene

    def touch(self) -> None:
        """Have the stations that are connected be in touch again."""
        now = timezone.now()
        for name, _owner, _team, _state, minutes in STATIONS:
            seen = {"last_seen_at": now - timedelta(minutes=minutes)}
            Station.objects.filter(pk=self.stations[name].pk).update(**seen)

    def _invite(self) -> None:
        self.world.people["boss"] = create_account(
            caller=foundry_caller("command"),
            username=f"boss-{token_hex(4)}",
            display_name="Inga Berg",
            is_administrator=True,
        )

    def _found_teams(self) -> None:
        boss, root = self.world.caller("boss"), Team.objects.get(parent=None)
        for name, above, title in (
            ("oncology", root, "Oncology"),
            ("safety", root, "Pharmacovigilance"),
            ("study", None, "ONC-2041 study team"),
            ("biostatistics", None, "Biostatistics"),
        ):
            parent = above or self.teams["oncology"]
            # Another test may have made its own.
            is_taken = Team.objects.filter(parent=parent, name=title).exists()
            own_title = f"{title} {token_hex(4)}" if is_taken else title
            self.teams[name] = create_team(caller=boss, parent_id=parent.id, name=own_title)
        for person, team, role in (
            ("owner", "oncology", "super_admin"),
            ("owner", "safety", "admin"),
            ("reviewer", "oncology", "admin"),
            ("reviewer", "safety", "admin"),
            ("editor", "study", "user"),
            ("sofia", "oncology", "user"),
        ):
            user_id = self.world.people[person].id
            set_team_member(caller=boss, team_id=self.teams[team].id, user_id=user_id, role=role)
        for team in ("oncology", "safety"):
            grant_team(caller=self.world.caller("owner"), project_id=self.world.project.id, team_id=self.teams[team].id)

    def _issue(self) -> None:
        self._directive("assistant", "oncology", "Protocol assistant", "prompt_text", mode="temporary")
        topology: dict[str, Any] = {"destination": "file", "path": ".foundry/topology.yaml", "mode": "warning"}
        self._directive("topology", "study", "What the agent may read", "files/topology.yaml", **topology)
        self._directive("intake", "safety", "Case intake", "prompt_text", mode="block")
        settings: dict[str, Any] = {"destination": "file", "path": ".foundry/model.json", "mode": "block"}
        self._directive("model", "oncology", "Model and parameters", "model_configuration", **settings)
        pause_directive(
            caller=self.world.caller("owner"), directive_id=self.directives["model"].id, reason="A new model is tested"
        )

    def _directive(self, name: str, team: str, title: str, field_name: str, **facts: Any) -> None:
        asked = submit_directive(
            caller=self.world.caller("owner"),
            team_id=self.teams[team].id,
            release_id=self.release.id,
            field=field_name,
            title=title,
            reason="Every agent should read it.",
            **facts,
        ).request
        assert asked is not None
        decided = decide_request(
            caller=self.world.caller("reviewer"), request_id=asked.id, approves=True, digest=asked.digest
        )
        assert decided.directive is not None
        self.directives[name] = decided.directive

    def _connect(self) -> None:
        ensure_site_key(caller=self.world.caller("owner"))
        for name, owner, team, state, _minutes in STATIONS:
            machine = {"name": name, "system": "Ubuntu 24.04", "version": "foundry-station 1.2.0"}
            with write_transaction():
                self.stations[name] = enrol_station(
                    caller=self.world.caller(owner),
                    team_id=self.teams[team].id,
                    name=name,
                    machine=check_machine(machine),
                    token_digest=new_token()[1],
                )
            self._place(name, team, state)
        self.touch()

    def _place(self, station: str, team: str, state: str) -> None:
        """What a station says of the directives of its team; the first one has the state."""
        names = {"study": ("topology", "assistant"), "biostatistics": ("assistant",), "safety": ("intake",)}[team]
        for number, name in enumerate(names):
            directive = self.directives[name]
            directive.team.refresh_from_db()
            until = timezone.now() + timedelta(hours=3) if (station, name) == ("dok-ws-07", "assistant") else None
            found = PlacementState.DRIFTED if until else PlacementState(state if number == 0 else "in_place")
            path = "~/work/onc-2041-tools/" + (directive.path or "CLAUDE.md")
            placement = NewPlacement(
                station_id=self.stations[station].pk,
                directive_id=directive.id,
                state=found,
                sha256=self._sha256(directive),
                files=(path,),
                edition=directive.team.number,
                until=until,
            )
            if found != PlacementState.PENDING:
                put_placements(placements=[placement])

    def _sha256(self, directive: Directive) -> str:
        return self.release.draft.sha256_of(directive.field) or ""

    def _report(self) -> None:
        now = timezone.now()
        assistant, topology = self.directives["assistant"], self.directives["topology"]
        text = (self.release.draft.prompt_text or "").replace(*ALTERED)
        found = hashlib.sha256(text.encode()).hexdigest()
        prompt = {"directive": str(assistant.id), "path": "CLAUDE.md", "repository": REPOSITORY}
        sources = {"directive": str(topology.id), "path": ".foundry/topology.yaml", "repository": REPOSITORY}
        expected = {name: self._sha256(each) for name, each in self.directives.items()}
        self._send(
            "dok-ws-07",
            now,
            (95, {"kind": "clock_jumped", "reason": "4 s ahead"}),
            (94, {"kind": "applied", "found": expected["assistant"], **prompt}),
            (93, {"kind": "applied", "found": expected["topology"], **sources}),
            (31, {"kind": "change_flagged", "expected": expected["topology"], "found": "7c" * 32, **sources}),
            (6, {"kind": "change_detected", "expected": expected["assistant"], "found": found, **prompt}),
            texts={found: text},
        )
        intake = {"directive": str(self.directives["intake"].id), "path": "AGENTS.md", "repository": ""}
        self._send(
            "pv-intake-02",
            now,
            (12, {"kind": "change_blocked", "expected": expected["intake"], "found": "2b" * 32, **intake}),
            (11, {"kind": "contested", "expected": expected["intake"], "found": "2b" * 32, **intake}),
        )

    def _send(
        self,
        name: str,
        now: datetime,
        *reports: tuple[int, Mapping[str, str]],
        texts: Mapping[str, str] | None = None,
    ) -> None:
        station = SignedIn(self.stations[name], "")
        for minutes, body in reports:
            station.report(**{**body, "at": rfc3339(now - timedelta(minutes=minutes))})
        send_reports(self.world, station, texts or {})

    def _ask(self) -> None:
        request_exception(
            caller=self.world.caller("sofia"),
            station_id=self.stations["sbr-laptop-02"].pk,
            directive_id=self.directives["assistant"].id,
            until=timezone.now() + timedelta(days=3),
            reason="Translating the examples for the Spanish sites.",
        )
