"""What this stage adds to the demo: three teams, two directives of the release 1.0, and a station where one drifted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from django.utils import timezone

from accounts.callers import Caller, foundry_caller
from accounts.models import User
from accounts.services import create_account
from audit.keys.sealing import ensure_site_key
from audit.keys.text import rfc3339
from kernel.canonical import canonical
from kernel.transactions import write_transaction
from notifications.models import Notification
from notifications.services import mark_read
from projects.demo import DANIEL, MARA, PRIYA, DemoProject
from projects.fields import FILES, PROMPT
from publishing.models import Release, ReleaseState
from stages.fleet.choices import Destination, Mode, PlacementState, TeamRole
from stages.fleet.models import Directive, Station, Team
from stages.fleet.services import create_team, decide_request, grant_team, set_team_member, submit_directive
from stages.fleet.sign_in.machine import check_machine
from stages.fleet.sign_in.tokens import new_token
from stages.fleet.stations.inbox import REPORTED_LINE
from stages.fleet.stations.report_rules import NewReport
from stages.fleet.stations.services.enrolling import enrol_station
from stages.fleet.stations.services.placements import NewPlacement, put_placements
from stages.fleet.stations.services.reports import first_hash, put_reports

RELEASE: Final = "1.0"
ONCOLOGY: Final = "Oncology"
STUDY_TEAM: Final = "ONC-2041 study team"
SAFETY: Final = "Pharmacovigilance"
ASSISTANT: Final = "Protocol assistant"
SOURCES: Final = "What the agent may read"
STATION: Final = "dok-ws-07"
MACHINE: Final = {"name": STATION, "system": "Ubuntu 24.04", "version": "foundry-station 1.0"}
FILE: Final = "~/work/onc-2041-tools/.foundry/topology.yaml"
_ADMINISTRATOR: Final = "fleet-administrator"


class SendReleaseToStations:
    """Mara asks for two directives, Priya approves them; a station of Daniel's reports that one was changed there."""

    def play(self, demo: DemoProject) -> None:
        release = Release.objects.filter(project=demo.project, name=RELEASE, state=ReleaseState.RELEASED).first()
        if release is None:
            return
        oncology, study_team = self._teams(demo)
        grant_team(caller=demo.caller(MARA), project_id=demo.project.id, team_id=oncology.id)
        self._issue(demo, oncology, release, ASSISTANT, PROMPT, mode=Mode.BLOCK)
        topology = {"destination": Destination.FILE, "path": ".foundry/topology.yaml", "mode": Mode.WARNING}
        self._issue(demo, study_team, release, SOURCES, f"{FILES}topology.yaml", **topology)
        if not Station.objects.filter(name=STATION).exists():
            self._report(demo, self._enrol(demo, study_team))

    def _teams(self, demo: DemoProject) -> tuple[Team, Team]:
        boss = self._administrator()
        root = Team.objects.get(parent=None)
        oncology = self._team(boss, root, ONCOLOGY)
        study_team = self._team(boss, oncology, STUDY_TEAM)
        self._team(boss, root, SAFETY)
        for person, team, role in (
            (MARA, root, TeamRole.SUPER_ADMIN),
            (PRIYA, oncology, TeamRole.ADMIN),
            (DANIEL, study_team, TeamRole.USER),
        ):
            set_team_member(caller=boss, team_id=team.id, user_id=demo.users[person].id, role=role)
        return oncology, study_team

    def _administrator(self) -> Caller:
        """Somebody must make the first teams: an account to which nobody signs in."""
        user = User.objects.filter(username=_ADMINISTRATOR).first()
        if user is None:
            user = create_account(
                caller=foundry_caller("command"),
                username=_ADMINISTRATOR,
                display_name="Administrator of the demo",
                is_administrator=True,
            )
        return Caller(user=user, via="command", credential="command")

    def _team(self, boss: Caller, parent: Team, name: str) -> Team:
        found = Team.objects.filter(parent=parent, name=name).first()
        return found or create_team(caller=boss, parent_id=parent.id, name=name)

    def _issue(self, demo: DemoProject, team: Team, release: Release, title: str, field: str, **facts: Any) -> None:
        if Directive.objects.filter(team=team, title=title).exists():
            return
        asked = submit_directive(
            caller=demo.once(MARA, "directive", title),
            team_id=team.id,
            release_id=release.id,
            field=field,
            title=title,
            reason="The release is approved: every agent should read it.",
            **facts,
        ).request
        assert asked is not None
        decide_request(
            caller=demo.once(PRIYA, "directive", title), request_id=asked.id, approves=True, digest=asked.digest
        )

    def _enrol(self, demo: DemoProject, team: Team) -> Station:
        """A station whose token nobody has: the demo only shows what it said."""
        caller = demo.caller(DANIEL)
        ensure_site_key(caller=caller)
        _token, digest = new_token()
        with write_transaction():
            return enrol_station(
                caller=caller, team_id=team.id, name=STATION, machine=check_machine(MACHINE), token_digest=digest
            )

    def _report(self, demo: DemoProject, station: Station) -> None:
        directive = Directive.objects.select_related("team", "release__draft").get(title=SOURCES, team=station.team_id)
        sha256 = directive.release.draft.sha256_of(directive.field) or ""
        caller = replace(demo.caller(DANIEL), user=station.account, on_behalf_of=station.owner_id)
        facts = {"directive": str(directive.id), "path": FILE, "repository": "git.northwell.example/onc/onc-2041-tools"}
        now = rfc3339(timezone.now())
        changed = {"expected": sha256, "found": "0" * 64, "action": "reported"}
        bodies = [
            {"kind": "applied", "at": now, **facts},
            {"kind": "change_flagged", "at": now, **facts, **changed},
        ]
        put_reports(caller=caller, station_id=station.pk, reports=list(_chain(station, bodies)))
        placement = NewPlacement(
            station_id=station.pk,
            directive_id=directive.id,
            state=PlacementState.DRIFTED,
            sha256=changed["found"],
            files=(FILE,),
            edition=directive.team.number,
            until=None,
        )
        put_placements(placements=[placement])
        # Daniel knows.
        for line in Notification.objects.of(demo.users[DANIEL]).unread().filter(kind=REPORTED_LINE.kind):
            mark_read(caller=demo.caller(DANIEL), notification_id=line.id)


def _chain(station: Station, bodies: list[dict[str, str]]) -> Iterator[NewReport]:
    """The first links of a station's chain."""
    before = first_hash(station.pk)
    for seq, facts in enumerate(bodies, start=1):
        report = NewReport(seq, canonical(facts), facts, before, b"")
        report = replace(report, hash=report.computed_hash)
        yield report
        before = report.hash
