"""A paused directive: each station keeps what it has."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.station.rig import Rig


def paused(directive: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {**directive, "status": "paused", **members}


def altered(rig: Rig, new: bytes = b"Always") -> bytes:
    data = rig.file.read_bytes().replace(b"Never", new)
    rig.file.write_bytes(data)
    return data


def texts(rig: Rig) -> dict[str, Any]:
    return rig.site.directive("Another text.\n")["text"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("mode", ["block", "temporary", "warning"])
def test_what_is_written_stays_and_changes_are_reported_and_left(rig: Rig, mode: str) -> None:
    directive = rig.site.directive(mode=mode)
    rig.issue(directive)
    whole = rig.file.read_bytes()
    rig.issue(paused(directive))
    assert rig.file.read_bytes() == whole
    assert rig.states() == {directive["id"]: "in_place"}

    changed = altered(rig)
    rig.round()
    rig.round()
    assert rig.file.read_bytes() == changed
    (report,) = rig.reports("change_flagged")
    assert report["found"] == hashlib.sha256(b"Always.\n").hexdigest()
    assert rig.states() == {directive["id"]: "excepted"}
    assert len(rig.reports()) == 2


def test_a_station_without_it_does_not_get_it(rig: Rig) -> None:
    directive = rig.site.directive()
    rig.issue(paused(directive))
    assert not rig.file.exists()
    assert rig.states() == {directive["id"]: "absent"}
    rig.issue(directive)
    assert b"Never." in rig.file.read_bytes()


def test_resumed_it_is_put_back_and_what_was_changed_is_kept(rig: Rig) -> None:
    directive = rig.site.directive()
    rig.issue(directive)
    whole = rig.file.read_bytes()
    rig.issue(paused(directive))
    changed = altered(rig)
    rig.round()
    rig.issue(directive)
    assert rig.file.read_bytes() == whole
    (kept,) = rig.engine.enforcer.kept.all()
    assert rig.engine.enforcer.kept.data(kept.sha256) == changed
    assert rig.kinds() == ["applied", "change_flagged", "change_blocked"]


def test_resumed_a_change_is_allowed_from_then_on(rig: Rig) -> None:
    directive = rig.site.directive(mode="temporary", timeout_hours=2)
    rig.issue(directive)
    rig.issue(paused(directive))
    changed = altered(rig)
    rig.round()
    rig.time.pass_(hours=5)
    rig.issue(directive)
    assert rig.file.read_bytes() == changed
    assert rig.kinds() == ["applied", "change_flagged", "change_detected"]
    rig.round()
    assert len(rig.reports()) == 3
    rig.time.pass_(hours=2, seconds=1)
    rig.round()
    assert b"Never." in rig.file.read_bytes()


def test_another_release_waits_until_it_is_resumed(rig: Rig) -> None:
    directive = rig.site.directive()
    rig.issue(directive)
    whole = rig.file.read_bytes()
    rig.issue(paused(directive, text=texts(rig)))
    rig.round()
    assert rig.file.read_bytes() == whole
    (placement,) = rig.engine.placements()
    assert (placement.state, placement.sha256) == ("in_place", directive["text"]["sha256"])
    rig.issue({**directive, "text": texts(rig)})
    assert b"Another text." in rig.file.read_bytes()
    assert rig.kinds() == ["applied", "applied"]


def test_a_whole_file_is_left_too(rig: Rig) -> None:
    directive = rig.site.directive(destination="file", path="rules.md")
    rig.issue(directive)
    file = rig.repo / "rules.md"
    rig.issue(paused(directive, text=texts(rig)))
    assert file.read_bytes() == b"Never.\n"
    assert (rig.states(), rig.kinds()) == ({directive["id"]: "in_place"}, ["applied"])
    file.write_bytes(b"Mine.\n")
    rig.round()
    assert file.read_bytes() == b"Mine.\n"
    rig.issue({**directive, "text": texts(rig)})
    assert file.read_bytes() == b"Another text.\n"
    assert [rig.engine.enforcer.kept.data(each.sha256) for each in rig.engine.enforcer.kept.all()] == [b"Mine.\n"]


def test_others_in_the_section_go_on(rig: Rig) -> None:
    first, second = rig.site.directive(title="A"), rig.site.directive("Cite sources.\n", title="B")
    rig.issue(first, second)
    rig.issue(paused(first), second)
    altered(rig)
    rig.file.write_bytes(rig.file.read_bytes().replace(b"Cite", b"Skip"))
    rig.round()
    data = rig.file.read_bytes()
    assert b"Always." in data
    assert b"Cite sources." in data
    assert sorted(rig.kinds()[2:]) == ["change_blocked", "change_flagged"]


def test_withdrawn_it_goes(rig: Rig) -> None:
    directive = rig.site.directive()
    rig.file.write_text("My own line.\n")
    rig.issue(directive)
    rig.issue(paused(directive))
    rig.issue()
    assert rig.file.read_text() == "My own line.\n"


def test_a_folder_that_was_made_again_gets_nothing(rig: Rig) -> None:
    directive = rig.site.directive()
    rig.issue(directive)
    rig.issue(paused(directive))
    rig.file.unlink()
    rig.repo.rmdir()
    rig.round()
    rig.repo.mkdir()
    rig.round()
    assert not rig.file.exists()
    rig.engine.replan()
    rig.round()
    assert not rig.file.exists()


def test_another_status_is_refused(rig: Rig) -> None:
    rig.assign()
    assert not rig.take(rig.site.edition(1, [{**rig.site.directive(), "status": "withdrawn"}]))
