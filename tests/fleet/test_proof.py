"""What proves the records of the fleet: events, seals, a project's file, its bundle."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from audit import services as recording
from audit.keys.private import private_key
from audit.verification import verify, verify_chain
from drafts.exchange.exporting import export_project
from drafts.exchange.verification import verify_file
from projects.services import update_project
from publishing.bundle.verifier.reading import WrongError
from stages.fleet.bundle_verifier import DIRECTIVES_FILE, EDITIONS_FILE, check_decided, lacks_approvals, moves_of
from stages.fleet.services import (
    archive_team,
    change_directive,
    create_team,
    grant_team,
    pause_directive,
    request_exception,
    revoke_grant,
    set_team_member,
    update_team,
    withdraw_request,
)
from stages.fleet.verification import check_decisions, check_editions
from tests.cast import new_reviewed
from tests.fleet.world import World, put_directive, put_station, with_roles
from tests.publishing.bundles import (
    files_in,
    lines_of,
    project_bundle,
    release_bundle,
    resealed,
    said_of,
    spelled,
    wrong_with,
)
from tests.publishing.reviews import begun
from tests.publishing.test_no_event_no_write import everything

Act = Callable[[World], object]


class NoEventError(Exception):
    """The event could not be recorded."""


def _asked(fleet: World) -> Any:
    submitted = fleet.submit()
    assert submitted.request is not None
    return submitted.request


ACTS: dict[str, tuple[Callable[[World], Any], Callable[[World, Any], object]]] = {
    "team.created": (
        lambda w: None,
        lambda w, _: create_team(caller=w.boss, parent_id=w.oncology.id, name="Study"),
    ),
    "team.changed": (
        lambda w: None,
        lambda w, _: update_team(caller=w.boss, team_id=w.oncology.id, categories=["A"], quorum=3),
    ),
    "team.archived": (
        lambda w: w.team("Study"),
        lambda w, team: archive_team(caller=w.boss, team_id=team.id, reason="Over"),
    ),
    "team.member_set": (
        put_station,
        lambda w, _: set_team_member(caller=w.boss, team_id=w.oncology.id, user_id=w.people["owner"].id, role=None),
    ),
    "grant.added": (
        lambda w: None,
        lambda w, _: grant_team(caller=w.caller("owner"), project_id=w.project.id, team_id=w.root.id),
    ),
    "grant.revoked": (
        lambda w: None,
        lambda w, _: revoke_grant(caller=w.caller("owner"), project_id=w.project.id, team_id=w.oncology.id),
    ),
    "directive.requested": (lambda w: None, lambda w, _: w.submit()),
    "directive.issued": (_asked, lambda w, request: w.decide(request, "editor")),
    "directive.request_decided": (_asked, lambda w, request: w.decide(request, "editor", approves=False)),
    "directive.request_ended": (
        _asked,
        lambda w, request: withdraw_request(caller=w.caller("owner"), request_id=request.id),
    ),
    "directive.paused": (
        lambda w: w.directive(),
        lambda w, each: pause_directive(caller=w.caller("owner"), directive_id=each.id, reason="An incident"),
    ),
    "directive.changed": (
        lambda w: w.directive(),
        lambda w, each: change_directive(caller=w.caller("owner"), directive_id=each.id, mode="warning"),
    ),
    "an exception": (
        lambda w: (put_station(w), put_directive(w)),
        lambda w, both: request_exception(
            caller=w.caller("owner"), station_id=both[0].pk, directive_id=both[1].id, until=None, reason="A trial"
        ),
    ),
}


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("nth", [1, 2])
def test_c06_without_its_event_nothing_is_written(fleet: World, monkeypatch: pytest.MonkeyPatch, name: str, nth: int):
    """Whichever of the events of a write cannot be recorded, the first or the second."""
    write_without_event(fleet, monkeypatch, *ACTS[name], nth=nth)


def write_without_event(
    fleet: World,
    monkeypatch: pytest.MonkeyPatch,
    arrange: Callable[[World], Any],
    act: Callable[[World, Any], object],
    *,
    nth: int,
) -> None:
    """Check that nothing is written where the first or the second event cannot be recorded."""
    arranged = arrange(fleet)
    before, append, left = everything(), recording._append, [nth]

    def fails(*given: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            raise NoEventError
        return append(*given)

    monkeypatch.setattr(recording, "_append", fails)
    try:
        act(fleet, arranged)
    except NoEventError:
        assert everything() == before
    else:
        assert left[0] > 0, "it has fewer events"
        assert nth > 1, "it wrote without an event"


def test_c18_the_stations_of_who_leaves_end_at_once(fleet: World):
    station = put_station(fleet)
    fleet.role("owner", None)
    station.refresh_from_db()
    assert (station.state, User.objects.get(pk=station.pk).is_active) == ("revoked", False)


def worked(fleet: World) -> None:
    """A directive with everything that happens to one."""
    second = fleet.next_release("# Role\nBe brief.\n")
    directive = fleet.directive()
    caller = fleet.caller("owner")
    fleet.decide(change_directive(caller=caller, directive_id=directive.id, release_id=second.id), "editor")
    pause_directive(caller=caller, directive_id=directive.id, reason="An incident")
    fleet.decide(fleet.submit(title="Another"), "editor", approves=False)
    station = put_station(fleet)
    about: Any = {"station_id": station.pk, "directive_id": directive.id, "reason": "A trial"}
    request_exception(caller=caller, until=None, **about)


def test_the_record_of_a_project_verifies(fleet: World):
    worked(fleet)
    chain = str(fleet.project.id)
    assert verify_chain(chain).finding is None
    assert [finding for finding in verify(chain).findings if finding.chain == chain] == []
    assert not list(check_editions())
    assert not list(check_decisions())


@pytest.mark.parametrize("change", ["text = replace(text, 'block', 'warning')", "seal = '\\x00'", "number = 9"])
def test_c02_an_edition_that_was_changed_is_found(fleet: World, change: str):
    fleet.directive()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE fleet_edition DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE fleet_edition SET {change} WHERE team_id = %s", [fleet.oncology.id])
    assert list(check_editions())


def test_a_projects_file_has_its_grants_directives_and_decisions(fleet: World):
    worked(fleet)
    data = b"".join(export_project(project_id=fleet.project.id))
    for kind in ("grant", "directive", "directive_request", "directive_decision"):
        assert f'"type":"{kind}"'.encode() in data
    verify_file(io.BytesIO(data))


def test_a_bundle_names_where_its_releases_were_issued_and_who_agreed(fleet: World):
    worked(fleet)
    files = files_in(project_bundle(fleet.review))
    lines = lines_of(files[DIRECTIVES_FILE])
    assert [line["action"] for line in lines] == ["directive.issued", "directive.changed", "directive.paused"]
    issued = lines[0]["request"]
    assert [each["by"]["id"] for each in issued["decisions"]] == [str(fleet.people["editor"].id)]
    assert "1 directives, 3 steps" in said_of(files)
    lines[0]["mode"] = "warning"
    assert DIRECTIVES_FILE in str(wrong_with(resealed({**files, DIRECTIVES_FILE: spelled(lines)})))


def editions_in(files: dict[str, bytes]) -> list[dict[str, Any]]:
    return lines_of(files[EDITIONS_FILE])


def test_a_projects_bundle_has_the_sealed_edition_of_each_step(fleet: World):
    """Not those in which nothing of the project has changed: other names, another order."""
    worked(fleet)
    fleet.directive(title="Z", position=3)
    update_project(caller=fleet.caller("owner"), project_id=fleet.project.id, name="Renamed")
    update_team(caller=fleet.boss, team_id=fleet.oncology.id, categories=["A"])
    fleet.directive(title="Y", category="A")
    update_team(caller=fleet.boss, team_id=fleet.oncology.id, categories=["A", "B"])
    files = files_in(project_bundle(fleet.review))
    assert [(line["number"], bool(line["text"])) for line in editions_in(files)] == [(n, True) for n in (1, 2, 3, 4, 6)]
    assert "5 editions with their seals" in said_of(files)
    assert wrong_with(files) is None


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda lines: lines[:-1], "it has not one edition for each step"),
        (lambda lines: [lines[1], lines[0], lines[2]], "decided on otherwise"),
        (lambda lines: [lines[0], lines[0], lines[2]], "it is not the next edition"),
        (lambda lines: [*lines[:2], {**lines[2], "seal": "00" * 64}], "its seal does not fit"),
        (lambda lines: [*lines[:2], {**lines[2], "sha256": "0" * 64}], "its SHA-256 is another"),
        (lambda lines: [*lines[:2], {**lines[2], "more": 1}], "it has other members"),
        (lambda lines: [*lines[:2], rewritten(lines[2], "paused", "active")], "has another status"),
        (lambda lines: [*lines[:2], rewritten(lines[2], '"mode":"block"', '"mode":"warning"')], "decided on otherwise"),
        (lambda lines: [*lines[:2], rewritten(lines[2], '"sha256":"', '"sha256":"0', cut=True)], "has another text"),
    ],
)
def test_an_edition_in_a_bundle_that_says_something_else_is_found(fleet: World, change: Any, complaint: str):
    """Also one that the owner of the site's key has sealed."""
    worked(fleet)
    files = files_in(project_bundle(fleet.review))
    changed = resealed({**files, EDITIONS_FILE: spelled(change(editions_in(files)))})
    assert complaint in str(wrong_with(changed))


def rewritten(line: dict[str, Any], old: str, new: str, *, cut: bool = False) -> dict[str, Any]:
    """The edition with another text, sealed by the site's key."""
    text = line["text"]
    place = text.rindex(old)
    rest = text[place + len(old) :]
    text = text[:place] + new + (rest[1:] if cut else rest)
    facts = {"text": text, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    return {**line, **facts, "seal": private_key().sign(text.encode()).hex()}


def test_an_edition_with_directives_of_other_projects_is_named_without_its_text(fleet: World):
    worked(fleet)
    project, people = new_reviewed()
    people["boss"] = fleet.people["boss"]
    other = World(begun(project, people), people, fleet.release, fleet.root, fleet.oncology)
    other.release = other.review.release()
    with_roles(other)
    other.directive(title="Theirs")
    first = fleet.directive(title="One more")
    files = files_in(project_bundle(fleet.review))
    assert [bool(line["text"]) for line in editions_in(files)] == [True, True, True, False]
    assert editions_in(files)[-1]["number"] == fleet.directive(title="Later").team.number - 1
    assert first.title not in files[EDITIONS_FILE].decode()
    assert any("NOT CHECKED: 1 editions" in line for line in said_of(files))
    assert "Theirs" not in str(files)


def test_a_releases_bundle_has_no_editions(fleet: World):
    worked(fleet)
    third = fleet.next_release("# Role\nBe kind.\n", "1.2.0")
    files = files_in(release_bundle(third))
    assert DIRECTIVES_FILE in files
    assert EDITIONS_FILE not in files
    assert wrong_with(files) is None


def test_a_bundle_without_an_approval_is_no_proof():
    """As somebody would make it who owns the chain."""
    person = {"id": "1", "name": "Olga", "kind": "human"}
    asked = {"author_id": "1", "quorum": 1}
    moved = {"title": "x", "team": {}, "mode": "block", "release_id": "r", "request_id": "q"}
    requested = {"action": "directive.requested", "target": {"id": "q"}, "data": asked, "reason": None}
    issued = {"action": "directive.issued", "target": {"id": "d"}, "data": moved, "reason": None, "actor": person}
    [line] = moves_of([(1, "", requested), (2, "", issued)])
    assert lacks_approvals(line)
    with pytest.raises(WrongError):
        moves_of([(1, "", issued)])


@pytest.mark.parametrize(
    ("requested", "decided", "moved", "complaint"),
    [
        ({}, {}, {}, ""),
        ({"kind": "change"}, {}, {}, "does not say what its digest names"),
        ({}, {"digest": "other"}, {}, "is on another"),
        ({}, {}, {"values": {"path": "b"}}, "not what was asked for"),
        ({}, {}, {"target": "e"}, "not what was asked for"),
        ({}, {}, {"action": "directive.withdrawn"}, "not what was asked for"),
        ({}, {}, {"twice": True}, "led to two steps"),
    ],
)
def test_a_decision_is_for_exactly_what_was_asked(requested: Any, decided: Any, moved: Any, complaint: str):
    """As somebody would make it who owns the chain: an approval that is used for something else."""
    payload = {"directive_id": "d", "path": "a"}
    facts = {"kind": "issue", "team": "t", "payload": payload}
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    asked = {**facts, "team": {"id": "t"}, "author_id": "1", "quorum": 1, "digest": digest, **requested}
    data = {"request_id": "q", "values": moved.get("values", {"path": "a"})}
    action, target = moved.get("action", "directive.issued"), moved.get("target", "d")
    step = (3, "", {"action": action, "target": {"id": target}, "data": data})
    events: list[Any] = [
        (1, "", {"action": "directive.requested", "target": {"id": "q"}, "data": asked}),
        (2, "", {"action": "directive.request_decided", "target": {"id": "q"}, "data": {"digest": digest, **decided}}),
        *[step] * (2 if moved.get("twice") else 1),
    ]
    if not complaint:
        return check_decided(events)
    with pytest.raises(WrongError, match=complaint):
        check_decided(events)
    return None
