"""Kept texts are bounded, and what something refers to is never among those that go."""

from __future__ import annotations

import os
from typing import Any

import pytest

from foundry_station.state.pruning import DAYS, MEGABYTES, complete_since, limits_of, prune, set_limits
from tests.station.rig import Rig
from tests.station.shell import Shell


def alter(rig: Rig, text: str) -> None:
    rig.file.write_bytes(rig.file.read_bytes().replace(b"Never.", text.encode()))
    rig.round()


def sent(rig: Rig) -> None:
    rig.state.run("UPDATE reports SET acknowledged = 1")


def kept(rig: Rig) -> list[str | None]:
    return [each.parts[0].text for each in rig.engine.enforcer.kept.all()]


def test_what_is_too_old_goes_but_not_the_newest_of_a_file(rig: Rig) -> None:
    rig.issue(rig.site.directive())
    for text in ("One.", "Two.", "Three."):
        alter(rig, text)
        rig.time.pass_(days=1)
    sent(rig)
    assert (rig.engine.tidy(), complete_since(rig.state)) == (0, None)
    rig.time.pass_(days=DAYS - 1)
    assert rig.engine.tidy() == 2
    assert kept(rig) == ["Three.\n"]
    assert (complete_since(rig.state) or "").startswith("2026-12-01")
    rig.time.pass_(days=DAYS)
    assert rig.engine.tidy() == 0
    assert rig.state.rows("SELECT count(*) FROM blobs") == [(1,)]


def test_the_oldest_go_where_there_is_too_much(rig: Rig) -> None:
    rig.issue(rig.site.directive())
    set_limits(rig.state, days=None, megabytes=1)
    for number in range(6):
        alter(rig, f"{number}{os.urandom(200_000).hex()}")
    sent(rig)
    assert rig.engine.tidy() > 0
    left = [text[0] for text in kept(rig) if text]
    assert left == sorted(left, reverse=True)
    assert left[0] == "5"
    assert 1 <= len(left) < 6
    (size,) = rig.state.row("SELECT sum(length(data)) FROM blobs")
    assert size <= 1024 * 1024


@pytest.mark.parametrize("held", ["report", "request"])
def test_what_waits_for_the_server_stays(rig: Rig, held: str) -> None:
    rig.issue(rig.site.directive())
    for text in ("One.", "Two.", "Three."):
        alter(rig, text)
    if held == "request":
        sent(rig)
        rig.state.run(
            "INSERT INTO asked (method, params) VALUES ('change.request', ?)", '{"directive": "x", "text": "One.\\n"}'
        )
    else:
        rig.state.run("UPDATE reports SET acknowledged = seq != 2")
    rig.time.pass_(days=DAYS + 1)
    assert rig.engine.tidy() == 1
    assert kept(rig) == ["Three.\n", "One.\n"]


def test_an_allowed_alteration_stays_for_its_proposal(rig: Rig) -> None:
    rig.issue(rig.site.directive(mode="temporary", timeout_hours=720))
    alter(rig, "For a while.")
    set_limits(rig.state, days=1, megabytes=1)
    sent(rig)
    rig.time.pass_(days=2)
    rig.engine.tidy()
    (found,) = rig.state.row("SELECT found FROM deviations")
    assert rig.engine.enforcer.kept.data(found) == b"For a while.\n"


def test_what_a_file_was_before_is_given_back_after_any_time(rig: Rig) -> None:
    file = rig.repo / "rules.md"
    file.write_bytes(b"Mine.\n")
    rig.issue(rig.site.directive(destination="file", path="rules.md"))
    for text in (b"One.\n", b"Two.\n"):
        file.write_bytes(text)
        rig.round()
    sent(rig)
    rig.time.pass_(days=DAYS + 1)
    assert rig.engine.tidy() == 2
    rig.issue()
    assert file.read_bytes() == b"Mine.\n"


def test_texts_of_earlier_editions_are_forgotten(rig: Rig) -> None:
    rig.issue(rig.site.directive("Earlier.\n"))
    rig.issue(rig.site.directive())
    rig.engine.tidy()
    assert rig.state.rows("SELECT content FROM texts") == [("Never.\n",)]
    assert not rig.engine.authority.faults()


def test_nothing_is_removed_where_the_state_cannot_be_written(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.issue(rig.site.directive())
    for text in ("One.", "Two."):
        alter(rig, text)
    sent(rig)
    rig.time.pass_(days=DAYS + 1)

    def fails(*_: Any) -> None:
        raise OSError

    monkeypatch.setattr("foundry_station.state.pruning._forget_bytes", fails)
    with pytest.raises(OSError):  # noqa: PT011 (our own)
        prune(rig.state, rig.now)
    assert len(kept(rig)) == 2


def test_the_command_says_since_when_and_sets_the_limits(rig: Rig, shell: Shell) -> None:
    rig.issue(rig.site.directive())
    for text in ("One.", "Two."):
        alter(rig, text)
    sent(rig)
    assert shell.run("kept") == 0
    assert f"Kept for {DAYS} days, at most {MEGABYTES} MB; nothing was removed yet." in shell.out
    assert shell.run("kept", "--days", "7", "--megabytes", "20") == 0
    rig.time.pass_(days=8)
    rig.engine.tidy()
    listed = shell.json("kept")
    assert (listed["days"], listed["megabytes"], len(listed["texts"])) == (7, 20, 1)
    assert listed["complete_since"].startswith("2026-11-30")
    assert limits_of(rig.state).days == 7
    assert shell.run("kept", "--days", "0") == 2
    assert "--days is a number from 1" in shell.err
