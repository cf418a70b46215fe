"""A report as its station's page shows it: with the difference where its text was proposed, else with the commands."""

from __future__ import annotations

import hashlib

import pytest

from projects.models import Member
from proposals.models import Proposal
from stages.fleet.models import Directive
from tests.fleet.reporting import send_reports
from tests.fleet.shown import texts, words
from tests.fleet.stations import SignedIn, sign_in
from tests.fleet.world import World
from tests.workspace.conftest import Browser, browser  # noqa: F401 (a fixture)
from tests.workspace.html import elements

pytestmark = pytest.mark.django_db

ALTERED = "# Role\nBe brief.\n"


@pytest.fixture
def station(fleet: World) -> SignedIn:
    return sign_in(fleet)


def report(fleet: World, station: SignedIn, kind: str, *, mode: str, text: str = ALTERED) -> Directive:
    """Have the station report what happened to a directive of that mode."""
    directive = fleet.directive(mode=mode)
    facts = {"directive": str(directive.id), "path": "CLAUDE.md", "repository": "git.example.org/acme/protocol"}
    found = hashlib.sha256(text.encode()).hexdigest()
    station.report(kind=kind, found=found, expected=directive_sha256(directive), **facts)
    send_reports(fleet, station, {found: text} if mode == "temporary" else {})
    return directive


def directive_sha256(directive: Directive) -> str:
    return directive.release.draft.sha256_of(directive.field) or ""


def test_an_allowed_change_is_shown_with_its_difference_and_its_proposal(
    browser: Browser,  # noqa: F811
    fleet: World,
    station: SignedIn,
) -> None:
    report(fleet, station, "change_detected", mode="temporary")
    proposal = Proposal.objects.get()
    page = browser(fleet.people["owner"]).get(f"/fleet/stations/{station.id}/")
    removed = texts(page, "is-removed")
    assert "Be exact." in " ".join(removed)
    assert "Be brief." in " ".join(texts(page, "is-added"))
    address = f"/projects/{fleet.project.id}/proposals/{proposal.number}/"
    assert [each.text.strip() for each in elements(page, "a", href=address)] == [f"Open proposal P{proposal.number}"]


def test_whoever_must_not_read_the_project_sees_no_text_of_it(
    browser: Browser,  # noqa: F811
    fleet: World,
    station: SignedIn,
) -> None:
    report(fleet, station, "change_detected", mode="temporary")
    Member.objects.filter(project=fleet.project, user=fleet.people["reviewer"]).delete()
    page = words(browser(fleet.people["reviewer"]), f"stations/{station.id}/")
    assert "in a proposal of its project, which you cannot see" in page
    assert "Be brief." not in page


def test_a_hash_alone_shows_no_text_that_happens_to_have_it(
    browser: Browser,  # noqa: F811
    fleet: World,
    station: SignedIn,
) -> None:
    directive = fleet.directive(mode="temporary")
    station.report(
        kind="change_detected", directive=str(directive.id), path="CLAUDE.md", found=directive_sha256(directive)
    )
    send_reports(fleet, station, {})
    page = browser(fleet.people["owner"]).get(f"/fleet/stations/{station.id}/")
    assert texts(page, "report-difference") == []


@pytest.mark.parametrize(
    ("kind", "mode", "command"),
    [
        ("change_blocked", "block", "foundry-station kept"),
        ("change_flagged", "warning", "foundry-station diff"),
    ],
)
def test_of_other_changes_it_says_that_only_hashes_were_sent_and_names_the_command(
    browser: Browser,  # noqa: F811
    fleet: World,
    station: SignedIn,
    kind: str,
    mode: str,
    command: str,
) -> None:
    report(fleet, station, kind, mode=mode)
    page = words(browser(fleet.people["owner"]), f"stations/{station.id}/")
    assert "Only hashes were sent" in page
    assert f"<code>{command}</code>" in page
    assert "Be brief." not in page
