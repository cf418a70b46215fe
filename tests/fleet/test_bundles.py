"""What bundles hold of the fleet, and what their verifier finds wrong with it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from audit.keys.private import private_key
from projects.services import update_project
from publishing.bundle.verifier.reading import WrongError
from stages.fleet.bundle_verifier import DIRECTIVES_FILE, EDITIONS_FILE, check_decided, lacks_approvals, moves_of
from stages.fleet.services import (
    update_team,
)
from tests.cast import new_reviewed
from tests.fleet.test_proof import worked
from tests.fleet.world import World, with_roles
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
