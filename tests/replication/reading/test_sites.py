"""What is read of the sites of a project: how far each is, and whether all have the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.models import Project
from stages.registers.models import Bundle
from stages.replication.choices import HeldReason
from stages.replication.reading.held import read_held
from stages.replication.reading.sameness import Verdict
from stages.replication.reading.site import SiteState
from stages.replication.reading.sites import read_sites
from tests.registers.storing.world import Desk
from tests.replication.rows import clock_of, hold, key_of, make_peer

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(project: Project, editor: Any, caller_for: Callable[..., Any]) -> Desk:
    """An editor here, with a table and two records: three bundles."""
    desk = Desk(project, caller_for(editor))
    desk.create_table()
    desk.create({"title": "A"})
    desk.create({"title": "B"})
    return desk


def test_a_project_at_one_site_is_alone(ann: Desk) -> None:
    sites = read_sites(ann.project.id)
    assert (sites.sameness.verdict, sites.others, sites.home) == (Verdict.ALONE, [], sites.here)
    assert sites.here.is_home
    assert {each.name for each in sites.here.people} >= {ann.caller.user.display_name}


def test_sites_with_the_same_bundles_are_the_same(ann: Desk) -> None:
    clock, heard = clock_of(ann.project), timezone.now() - timedelta(minutes=3)
    make_peer(ann.project, "Basel", clock=clock, state_hash=b"s" * 32, is_linked=True)
    make_peer(ann.project, "Visp", clock=clock, state_hash=b"s" * 32, at=heard)
    sites = read_sites(ann.project.id)
    assert [each.state for each in sites.others] == [SiteState.SAME, SiteState.AWAY]
    assert (sites.sameness.verdict, sites.sameness.sites, sites.sameness.at) == (Verdict.SAME, 3, heard)
    assert (sites.sameness.to_send, sites.sameness.state_hash) == (0, (b"s" * 32).hex())


def test_a_site_that_is_away_is_behind_by_what_was_written_since(ann: Desk) -> None:
    before = clock_of(ann.project)
    at = Bundle.objects.filter(project=ann.project).latest("arrival").received_at
    make_peer(ann.project, "Visp", clock=before, at=timezone.now() + timedelta(minutes=1))
    ann.create({"title": "C"})
    ann.create({"title": "D"})
    sites = read_sites(ann.project.id)
    (visp,) = sites.others
    assert (visp.state, visp.behind, visp.ahead) == (SiteState.AWAY, 2, 0)
    assert (sites.sameness.verdict, sites.sameness.to_send, sites.sameness.without) == (Verdict.APART, 2, ["Visp"])
    assert [(each.is_here, each.bundles) for each in sites.sameness.since] == [(True, 2)]
    assert sites.sameness.at is not None
    # Not later than the first bundle that it lacks came here, and not before the last one that it has.
    assert at <= sites.sameness.at <= Bundle.objects.filter(project=ann.project).latest("arrival").received_at


def test_a_linked_site_that_is_behind_catches_up(ann: Desk) -> None:
    make_peer(ann.project, "Laptop", clock=clock_of(ann.project, own=2), is_linked=True, remaining=2)
    (laptop,) = read_sites(ann.project.id).others
    assert (laptop.state, laptop.behind, laptop.remaining) == (SiteState.CATCHING_UP, 2, 2)
    (known,) = laptop.knows
    assert (known.has, known.of, known.percent) == (known.of - 2, known.of, 100 * (known.of - 2) // known.of)


def test_a_site_may_know_more_than_this_one(ann: Desk) -> None:
    clock = clock_of(ann.project) | {key_of("Basel"): ["0" * 24, 5, "0" * 64]}
    make_peer(ann.project, "Basel", clock=clock)
    (basel,) = read_sites(ann.project.id).others
    assert (basel.behind, basel.ahead) == (0, 5)


def test_an_alarm_is_said_until_it_is_over(ann: Desk) -> None:
    alarm = {"kind": "differs", "at": timezone.now().isoformat(), "detail": "", "records": []}
    peer = make_peer(ann.project, "Visp", clock=clock_of(ann.project), alarm=alarm, is_linked=True)
    sites = read_sites(ann.project.id)
    assert (sites.others[0].state, sites.sameness.verdict) == (SiteState.DIFFERS, Verdict.DIFFERS)
    peer.alarm = {**alarm, "over_at": timezone.now().isoformat()}
    peer.save()
    assert read_sites(ann.project.id).sameness.verdict == Verdict.SAME


def test_introduced_and_revoked_sites_count_for_nothing(ann: Desk) -> None:
    by = bytes.fromhex(key_of("Basel"))
    make_peer(ann.project, "Basel", clock=clock_of(ann.project), is_linked=True)
    make_peer(ann.project, "Laptop", admitted_at=None, introduced_by=by, last_seen_at=None)
    make_peer(ann.project, "Zug", revoked_at=timezone.now(), cut_number=1, cut_hash=b"c" * 32)
    sites = read_sites(ann.project.id)
    assert [each.name for each in sites.others] == ["Basel"]
    assert [(each.name, each.introduced_by) for each in sites.introduced] == [("Laptop", "Basel")]
    assert [each.name for each in sites.revoked] == ["Zug"]
    assert sites.sameness.verdict == Verdict.SAME


def test_ten_sites_ask_postgres_as_often_as_one(ann: Desk) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            read_sites(ann.project.id)
        return len(queries)

    make_peer(ann.project, "Site", clock={})
    few = asked()
    for at in range(9):
        make_peer(ann.project, f"Site {at}", clock={})
    assert asked() == few <= 6


def test_what_waits_behind_another_bundle_is_counted_with_it(ann: Desk) -> None:
    visp = make_peer(ann.project, "Visp")
    hold(visp, 3, HeldReason.UNKNOWN_KEY)
    for number in (4, 5):
        hold(visp, number, HeldReason.BEHIND)
    zug = make_peer(ann.project, "Zug", revoked_at=timezone.now())
    hold(zug, 77, HeldReason.REVOKED)
    held = read_held(ann.project.id)
    assert held.total == 4
    found = {each.site: (each.bundle.number, each.waiting, each.acts) for each in held.shown}
    assert found["Visp"] == (3, 2, ("re_enter", "discard"))
    assert found["Zug"] == (77, 0, ("release", "re_enter", "discard"))


def test_a_bundle_that_is_ahead_says_when_it_comes_in(ann: Desk) -> None:
    visp = make_peer(ann.project, "Visp")
    then = timezone.now().replace(microsecond=0) + timedelta(minutes=7)
    until = int(then.timestamp() * 1000).to_bytes(8, "big") + bytes(4)
    hold(visp, 1, HeldReason.FUTURE, until_hlc=until)
    (held,) = read_held(ann.project.id).shown
    assert (held.comes_at, held.acts) == (then - timedelta(seconds=300), ("discard",))
