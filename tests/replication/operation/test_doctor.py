"""What the doctor says of other sites."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from kernel.doctor import Diagnosis, Level
from projects.models import Project
from stages.registers.keys import own_site_key
from stages.replication.choices import HeldReason
from stages.replication.operation.doctor import examine
from tests.replication.certificates import make_certificate
from tests.replication.operation.conftest import MakePeer, hold

pytestmark = pytest.mark.django_db


def of(subject: str) -> list[Diagnosis]:
    """What is said of everything whose subject begins so."""
    return [each for each in examine() if each.subject.startswith(subject)]


def test_a_site_by_itself_is_well(settings: Any) -> None:
    settings.FOUNDRY_SITES_URL = ""
    assert {each.level for each in examine()} == {Level.OK}
    [address] = of("Address for sites")
    assert "cannot dial this site" in address.text
    assert "discovery is off" in address.text


def test_linked_sites_are_counted(make_peer: MakePeer, settings: Any) -> None:
    settings.FOUNDRY_SITES_URL = "wss://basel.example"
    make_peer("Bern", connected_at=timezone.now(), last_seen_at=timezone.now())
    make_peer("Lyon", last_seen_at=timezone.now())
    make_peer("Gone", revoked_at=timezone.now())
    [line] = of("Sites")
    assert line.text == "2 admitted in 1 projects, 1 linked"
    assert of("Address for sites")[0].text.startswith("others dial wss://basel.example")
    assert of("Site ") == []


def test_a_site_that_never_came_is_named(make_peer: MakePeer, project: Project) -> None:
    make_peer("Bern")
    make_peer("Lyon", address="wss://lyon.example")
    bern, lyon = of("Site ")
    assert bern.subject == f"Site Bern, project {project.name}"
    assert "it has no address" in bern.text
    assert "wss://lyon.example" in lyon.remedy


def test_a_site_that_is_silent_for_weeks_is_named(make_peer: MakePeer) -> None:
    make_peer("Bern", last_seen_at=timezone.now() - timedelta(days=15))
    assert of("Site Bern")[0].text.startswith("silent since")


def test_a_site_that_stays_ahead_of_a_cut_is_named(make_peer: MakePeer) -> None:
    gone = make_peer("Gone", revoked_at=timezone.now(), cut_number=3, cut_hash=bytes(32))
    now, clock = timezone.now(), {gone.key_text: ["00" * 12, 5, "00" * 32]}
    make_peer("Bern", rights="reads", last_seen_at=now, clock=clock)
    # What one says that may write moves the cut; and this one has no more than counts.
    make_peer("Lyon", last_seen_at=now, clock=clock)
    make_peer("Graz", rights="reads", last_seen_at=now, clock={gone.key_text: ["00" * 12, 3, "00" * 32]})
    [line] = of("Site ")
    assert line.subject.startswith("Site Bern")
    assert "2 more bundles of Gone, revoked" in line.text
    assert "release" in line.remedy


@pytest.mark.parametrize(
    ("milliseconds", "level", "said"),
    [(-160_000, Level.WARN, "160 s behind"), (600_000, Level.BAD, "600 s ahead"), (149_000, None, "")],
)
def test_a_wrong_clock_is_named(make_peer: MakePeer, milliseconds: int, level: Level | None, said: str) -> None:
    make_peer("Bern", last_seen_at=timezone.now(), skew_ms=milliseconds)
    found = of("Site Bern")
    assert [each.level for each in found] == ([level] if level else [])
    assert all(said in each.text for each in found)


def test_an_alarm_has_to_be_remedied(make_peer: MakePeer) -> None:
    alarm = {"kind": "differs", "at": "2026-12-01T08:30:00Z", "detail": "REQ-7 differs"}
    make_peer("Bern", last_seen_at=timezone.now(), alarm=alarm)
    [found] = of("Site Bern")
    assert (found.level, found.text) == (Level.BAD, "alarm (differs): REQ-7 differs")


def test_an_alarm_that_is_over_is_none(make_peer: MakePeer) -> None:
    make_peer("Bern", last_seen_at=timezone.now(), alarm={"kind": "differs", "over_at": "2026-12-01T08:31:00Z"})
    assert of("Site Bern") == []


def test_held_bundles_are_counted_by_their_reason(project: Project) -> None:
    hold(project, HeldReason.FUTURE)
    hold(project, HeldReason.REVOKED)
    hold(project, HeldReason.REVOKED)
    hold(project, HeldReason.REVOKED, decision="discarded", decided_at=timezone.now())
    future, revoked = of("Held bundles")
    assert (future.level, future.text) == (Level.OK, "1 held since 2026-12-01 08:30 UTC: its clock is ahead")
    assert (revoked.level, revoked.text[:6]) == (Level.WARN, "2 held")


@pytest.mark.parametrize(("days", "level"), [(-1, Level.BAD), (10, Level.WARN), (90, None)])
def test_a_certificate_that_ends_is_named(make_peer: MakePeer, settings: Any, days: int, level: Level | None) -> None:
    settings.FOUNDRY_SITES_CERTIFICATE, _key = make_certificate(days=days)
    make_peer("Bern", last_seen_at=timezone.now(), certificate=make_certificate(days=days)[0])
    found = of("Certificate for sites")
    assert [each.level for each in found] == ([level] * 2 if level else [])
    if level:
        assert found[0].text.startswith("of Bern")
        assert found[1].text.startswith("of this site")


def test_a_database_behind_its_own_bundles_is_named(
    make_peer: MakePeer, project: Project, settings: Any, tmp_path: Path
) -> None:
    settings.FOUNDRY_DATA_DIR = tmp_path
    settings.FOUNDRY_SIGNING_KEY = "11" * 32
    make_peer("Bern", last_seen_at=timezone.now())
    (tmp_path / "marks").mkdir()
    mark = tmp_path / "marks" / f"{project.id}.json"
    mark.write_text(json.dumps({"site_key": own_site_key().hex(), "number": 7}))
    (found,) = of("Own bundles")
    assert (found.level, found.subject) == (Level.BAD, f"Own bundles, project {project.name}")
    assert found.text.startswith("0 of 7 bundles")
    mark.write_text(json.dumps({"site_key": "00" * 32, "number": 7}))
    assert of("Own bundles") == []


def test_a_certificate_that_cannot_be_read_is_named(make_peer: MakePeer) -> None:
    make_peer("Bern", last_seen_at=timezone.now(), certificate="-----BEGIN CERTIFICATE-----")
    assert of("Certificate for sites")[0].text == "of Bern cannot be read"
