"""What a Prometheus server learns about other sites."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.utils import timezone

from accounts.callers import Caller
from accounts.models import User
from foundry_site.observability.figures import read_site
from projects.models import Project
from stages.registers.keys import own_site_key
from stages.replication.choices import HeldReason
from stages.replication.operation.metrics import FIGURES
from tests.registers.storing.world import Desk
from tests.replication.operation.conftest import MakePeer, hold


def figures() -> dict[str, float]:
    values = read_site().values
    return {each.name.removeprefix("foundry_sites_"): values[each.name] for each in FIGURES}


@pytest.mark.django_db
def test_without_other_sites_all_is_zero() -> None:
    assert set(figures().values()) == {0.0}


@pytest.mark.django_db
def test_links_clocks_and_held_bundles_are_counted(make_peer: MakePeer, project: Project) -> None:
    now = timezone.now()
    make_peer("Bern", connected_at=now, last_seen_at=now, skew_ms=-4_500, remaining=3)
    make_peer("Lyon", last_seen_at=now - timedelta(hours=2), alarm={"kind": "differs"})
    make_peer("Cork", alarm={"kind": "differs", "over_at": "2026-12-01T08:31:00Z"})
    make_peer("Gone", revoked_at=now, skew_ms=999_000, alarm={"kind": "state"})
    hold(project, HeldReason.UNKNOWN_KEY)
    found = figures()
    assert found["admitted"] == 3
    assert found["linked"] == 1
    assert found["remaining_bundles"] == 3
    assert found["clock_skew_seconds"] == 4.5
    assert found["alarms"] == 1
    assert found["held_unknown_key"] == 1
    assert found["held_fork"] == 0
    assert 7_000 < found["silent_seconds"] < 8_000


@pytest.mark.django_db
def test_the_lag_is_that_of_the_site_which_is_furthest_behind(
    make_peer: MakePeer, project: Project, editor: User, caller_for: Callable[..., Caller]
) -> None:
    bern = make_peer("Bern")
    desk = Desk(project, caller_for(editor))
    desk.create_table()
    desk.create({"title": "Pump stops"})
    assert figures()["lag_bundles"] == 2
    make_peer("Lyon", clock={own_site_key().hex(): ["00" * 12, 1, "00" * 32]})
    assert figures()["lag_bundles"] == 2
    bern.revoked_at = timezone.now()
    bern.save()
    assert figures()["lag_bundles"] == 1


def test_alerts_ask_for_figures_that_there_are() -> None:
    file = Path(settings.BASE_DIR) / "docs" / "operations" / "alerts-sites.yml"
    (group,) = yaml.safe_load(file.read_text())["groups"]
    asked = {name for rule in group["rules"] for name in re.findall(r"foundry_\w+", rule["expr"])}
    assert asked <= {each.name for each in FIGURES}
    for rule in group["rules"]:
        assert rule["annotations"].keys() == {"summary", "remedy"}
