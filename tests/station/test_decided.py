"""What is decided about an alteration that is allowed for a time: just that one, in just that file."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import uuid4

import pytest

from foundry_station.clock import text_of
from foundry_station.decisions import ACCEPTED, REJECTED
from tests.station.rig import Rig


def alter(rig: Rig, old: bytes = b"Never", new: bytes = b"Always") -> bytes:
    altered = rig.file.read_bytes().replace(old, new)
    rig.file.write_bytes(altered)
    return altered


def test_a_rejected_alteration_is_reverted(rig: Rig) -> None:
    directive = rig.site.directive(mode="temporary")
    rig.issue(directive)
    whole = rig.file.read_bytes()
    alter(rig)
    rig.round()
    body = {"request_id": "p1", "kind": "proposal", "directive_id": directive["id"], "state": "rejected"}
    assert rig.inbox.decided(body)
    rig.round()
    assert rig.file.read_bytes() == whole
    assert rig.reports("change_expired")[0]["reason"] == REJECTED
    # The next alteration is another one, whatever comes again about the first.
    altered = alter(rig)
    rig.round()
    assert not rig.inbox.decided(body)
    rig.round()
    assert rig.file.read_bytes() == altered


def test_what_was_decided_before_an_alteration_says_nothing_of_it(rig: Rig) -> None:
    """It was altered again while the station was away, which learns on its return how the first one ended."""
    directive = rig.site.directive(mode="temporary")
    rig.issue(directive)
    alter(rig)
    rig.round()
    decided = text_of(rig.now + timedelta(minutes=1))
    rig.time.pass_(minutes=2)
    altered = alter(rig, b"Always", b"Sometimes")
    rig.round()
    body = {"request_id": "p", "kind": "proposal", "directive_id": directive["id"], "state": REJECTED, "at": decided}
    rig.inbox.decided(body)
    rig.round()
    assert rig.file.read_bytes() == altered
    rig.inbox.decided({**body, "request_id": "q", "at": text_of(rig.now)})
    rig.round()
    assert b"Never." in rig.file.read_bytes()


@pytest.mark.parametrize("state", [ACCEPTED, REJECTED])
@pytest.mark.parametrize("name", ["other", "a-long-name-" * 10])
def test_what_is_decided_about_one_file_says_nothing_of_another(rig: Rig, state: str, name: str) -> None:
    """The same directive in two repositories, altered in both: there are two proposals."""
    other = rig.folder / name / "CLAUDE.md"
    other.parent.mkdir()
    rig.engine.enforcer.files.watch(other.parent)
    directive = rig.site.directive(mode="temporary", timeout_hours=2)
    rig.issue(directive)
    whole = rig.file.read_bytes()
    for number, file in enumerate((rig.file, other)):
        file.write_bytes(whole.replace(b"Never", b"Always %d" % number))
    rig.round()
    place = f"local/{name}/CLAUDE.md"
    if len(f"{rig.site.station}:{place}") > 100:
        place = hashlib.sha256(place.encode()).hexdigest()[:40]
    body = {"request_id": "p", "kind": "proposal", "directive_id": directive["id"], "state": state, "place": place}
    assert rig.inbox.decided(body)
    rig.round()
    assert b"Always 0" in rig.file.read_bytes()
    assert (b"Always 1" in other.read_bytes()) == (state == ACCEPTED)
    rig.time.pass_(hours=2, seconds=1)
    rig.round()
    assert rig.file.read_bytes() == whole, "its own time is over"
    assert (b"Always 1" in other.read_bytes()) == (state == ACCEPTED)


def test_an_accepted_alteration_stays_until_the_next_edition(rig: Rig) -> None:
    directive = rig.site.directive(mode="temporary")
    rig.issue(directive)
    altered = alter(rig)
    rig.round()
    rig.inbox.decided({"request_id": "p", "kind": "proposal", "directive_id": directive["id"], "state": ACCEPTED})
    rig.time.pass_(days=40)
    rig.round()
    assert rig.file.read_bytes() == altered
    assert rig.engine.placements()[0].until is None
    newer = {**rig.site.directive("Only ever.\n", mode="temporary"), "id": directive["id"]}
    rig.issue(newer)
    assert b"Only ever." in rig.file.read_bytes()
    assert rig.engine.enforcer.kept.all()[0].parts[0].text == "Always.\n"


def test_what_another_release_replaces_is_kept_without_its_header(rig: Rig) -> None:
    """It can be proposed as it is; the header named the release before."""
    directive = rig.site.directive(mode="temporary")
    rig.issue(directive)
    alter(rig)
    rig.round()
    release = {**directive["release"], "id": str(uuid4()), "name": "1.1"}
    rig.issue({**rig.site.directive("Only ever.\n", mode="temporary"), "id": directive["id"], "release": release})
    assert b"Only ever." in rig.file.read_bytes()
    assert rig.engine.enforcer.kept.all()[0].parts[0].text == "Always.\n"
    assert rig.reports("applied")[-1]["found"] == hashlib.sha256(b"Always.\n").hexdigest()
