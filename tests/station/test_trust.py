"""What a station obeys, and what it refuses without changing anything."""

from __future__ import annotations

import json
from dataclasses import replace
from uuid import uuid4

import pytest

from foundry_station.clock import text_of
from foundry_station.sealed import SealedText
from tests.station.rig import Rig, as_frame
from tests.station.shell import Shell
from tests.station.site import Site, canonical


def refused(rig: Rig) -> list[str]:
    return [each["reason"] for each in rig.reports("refused")]


def flipped(text: str, at: int = -5) -> str:
    other = "0" if text[at] != "0" else "1"
    return text[:at] + other + text[at:][1:]


def test_an_older_edition_is_refused(rig: Rig, shell: Shell) -> None:
    """Case 19: edition 3 after 5."""
    editions = [rig.site.edition(n, [rig.site.directive(f"Text {n}.")]) for n in range(6)]
    rig.assign()
    assert rig.take(editions[5])
    rig.engine.replan()
    rig.round()
    before = rig.file.read_bytes()
    assert not rig.take(editions[3])
    rig.engine.replan()
    rig.round()
    assert rig.file.read_bytes() == before
    assert refused(rig) == ["rollback"]
    assert shell.json("status")["editions"] == {rig.site.team: 5}
    # The same again is no news.
    assert not rig.take(editions[3])
    assert not rig.take(editions[5])
    assert refused(rig) == ["rollback"]


def test_whatever_was_altered_is_refused(rig: Rig) -> None:
    """Case 20: a bit in text, seal and content; another team's; another site's."""
    directive = rig.site.directive()
    rig.issue(directive)
    before = rig.file.read_bytes()
    new = rig.site.edition(2, [rig.site.directive("Always.")])
    (sha256,) = (each["text"]["sha256"] for each in json.loads(new.text)["directives"])
    assert not rig.take(replace(new, text=new.text.replace('"number":2', '"number":3')))
    assert not rig.take(replace(new, seal=flipped(new.seal)))
    assert not rig.take(new, texts={sha256: "Alwayt."})
    assert not rig.take(rig.site.edition(2, [directive], team=str(uuid4())))
    other = Site(team=rig.site.team, private=rig.site.private)
    assert not rig.take(other.edition(2, [directive]))
    assert refused(rig) == ["seal", "seal", "text", "team", "site"]
    rig.engine.replan()
    rig.round()
    assert rig.file.read_bytes() == before
    assert rig.take(new), "what was altered does not keep the right one away"


def test_a_foreign_key_is_refused(rig: Rig) -> None:
    rig.issue(rig.site.directive())
    stranger = Site(id=rig.site.id, team=rig.site.team)
    assert not rig.take(stranger.edition(7, []))
    rig.inbox.snapshot({"now": "2026-11-30T12:00:00Z", "keys": stranger.listed_keys})
    assert not rig.take(stranger.edition(7, []))
    assert refused(rig) == ["key"]


def test_a_key_that_was_not_listed_yet_is_asked_for_again(rig: Rig) -> None:
    """The list that a server sends may be some seconds old."""
    rig.issue(rig.site.directive())
    known = [*rig.site.listed_keys]
    rig.site.rotate()
    sealed = rig.site.edition(2, [])
    asked = []
    for seconds in (0, 5, 10, 10, 11):
        rig.time.pass_(seconds=seconds)
        assert not rig.take(sealed)
        asked.append(rig.inbox.wants_keys)
        rig.inbox.wants_keys = False
        rig.inbox.snapshot({"now": text_of(rig.now), "keys": known})
    assert asked == [True, False, True, False, True]
    rig.inbox.snapshot({"now": text_of(rig.now), "keys": rig.site.listed_keys})
    assert rig.take(sealed)


def test_two_texts_with_one_number_are_a_fork(rig: Rig) -> None:
    rig.issue(rig.site.directive())
    assert not rig.take(rig.site.edition(1, [rig.site.directive("Another.")]))
    assert refused(rig) == ["fork"]


@pytest.mark.parametrize(
    "members",
    [
        {"directives": "none"},
        {"number": 0},
        {"number": True},
        {"surprise": 1},
        {"team": {"id": "x", "name": "y", "parent": None, "more": 1}},
    ],
)
def test_another_form_is_refused(rig: Rig, members: dict[str, object]) -> None:
    rig.assign()
    assert not rig.take(rig.site.edition(1, [], changes=members))
    assert refused(rig) == ["format"]


@pytest.mark.parametrize(
    "members",
    [
        {"mode": "sometimes"},
        {"layer": "cloud"},
        {"starts_at": "tomorrow"},
        {"starts_at": "2026-11-30T12:00:00"},
        {"text": {"sha256": "abc", "size": 3}},
        {"unknown": 1},
        {"position": "first"},
    ],
)
def test_a_directive_of_another_form_is_refused(rig: Rig, members: dict[str, object]) -> None:
    rig.assign()
    assert not rig.take(rig.site.edition(1, [{**rig.site.directive(), **members}]))
    assert refused(rig) == ["format"]


def test_too_much_is_refused(rig: Rig) -> None:
    rig.assign()
    one = rig.site.directive()
    many = [{**one, "id": str(uuid4())} for _ in range(501)]
    assert not rig.take(rig.site.edition(1, many))
    assert not rig.take(rig.site.edition(1, [], categories=["x" * (2 * 1024 * 1024)]))
    assert not rig.take(rig.site.edition(1, [one, one]))
    assert refused(rig) == ["format", "size", "format"]


def test_a_name_that_occurs_twice_is_refused(rig: Rig) -> None:
    rig.assign()
    text = rig.site.edition(1, []).text.replace('"number":1', '"number":1,"number":9')
    assert not rig.take(rig.site.seal_text(text))
    assert refused(rig) == ["format"]


def test_a_text_with_a_marker_line_is_refused(rig: Rig) -> None:
    rig.assign()
    assert not rig.take(rig.site.edition(1, [rig.site.directive("a\n<!-- END FOUNDRY -->\nb")]))
    assert refused(rig) == ["marker"]


def test_a_text_that_did_not_come_is_waited_for(rig: Rig) -> None:
    rig.assign()
    directive = rig.site.directive()
    sealed = rig.site.edition(1, [directive])
    frame = as_frame(sealed, team=rig.site.team, texts={})
    assert rig.inbox.missing_texts(frame) == {directive["text"]["sha256"]}
    assert rig.inbox.edition(frame, rig.site.texts)
    assert rig.inbox.missing_texts(frame) == set()


def test_the_next_key_is_followed_and_the_one_before_retired(rig: Rig) -> None:
    rig.issue(rig.site.directive())
    before = replace(rig.site, listed_keys=[])
    rig.site.rotate()
    assert not rig.take(rig.site.edition(1, [rig.site.directive("Sealed by the next key.")]))
    assert rig.engine.authority.learn_keys(rig.site.listed_keys) == [rig.site.key]
    assert rig.take(rig.site.edition(1, [rig.site.directive("Sealed by the next key.")]))
    assert not rig.take(before.edition(9, []))
    assert rig.inbox.wants_keys, "the server may list it by now"
    rig.take(before.edition(9, []))
    assert refused(rig) == ["key"]
    assert not rig.engine.authority.faults()


def test_what_a_retired_key_sealed_is_not_obeyed_by_a_station_that_comes_to_know_a_team(rig: Rig) -> None:
    """It might be any edition of that key's time: the site seals the newest one anew."""
    replayed = rig.site.edition(3, [rig.site.directive()], team=(other := str(uuid4())))
    rig.issue(rig.site.directive())
    rig.site.rotate()
    rig.inbox.snapshot({"now": "2026-11-30T12:00:00Z", "keys": rig.site.listed_keys})
    assert rig.assign(2, teams=[other])
    assert not rig.take(replayed, team=other)
    assert refused(rig) == ["key"]
    assert rig.take(rig.site.edition(8, [rig.site.directive()], team=other), team=other)


def test_a_station_that_signs_in_under_the_next_key_takes_nothing_of_the_one_before(rig: Rig) -> None:
    assignment = rig.site.assignment()
    rig.site.rotate()
    rig.state.run("DELETE FROM keys")
    rig.engine.authority.pin(rig.site.key, how="login")
    rig.engine.authority.learn_keys(rig.site.listed_keys)
    assert not rig.inbox.assignment(as_frame(assignment))
    assert rig.assign(2)


def test_a_station_that_was_away_while_the_key_was_replaced_goes_on(rig: Rig) -> None:
    """It missed the last edition under the former key, and gets it as the site has sealed it anew."""
    rig.issue(rig.site.directive())
    missed = rig.site.edition(2, [rig.site.directive("Missed.")])
    rig.site.rotate()
    rig.inbox.snapshot({"now": "2026-11-30T12:00:00Z", "keys": rig.site.listed_keys})
    assert not rig.take(missed)
    assert rig.assign(2)
    assert rig.take(rig.site.edition(3, [rig.site.directive("Missed.")]))
    rig.engine.replan()
    rig.round()
    assert b"Missed." in rig.file.read_bytes()
    assert not rig.engine.authority.faults()


def test_a_retired_key_names_no_second_successor(rig: Rig) -> None:
    thief = replace(rig.site, listed_keys=[])
    rig.site.rotate()
    rig.engine.authority.learn_keys(rig.site.listed_keys)
    thief.rotate()
    assert rig.engine.authority.learn_keys(thief.listed_keys) == []


def test_a_succession_that_only_one_key_sealed_is_not_followed(rig: Rig) -> None:
    entry = rig.site.rotate()
    entry["endorsement"]["next_seal"] = flipped(entry["endorsement"]["next_seal"])
    assert rig.engine.authority.learn_keys([entry]) == []


def test_a_key_is_trusted_by_hand(rig: Rig) -> None:
    rig.assign()
    new = Site(id=rig.site.id, team=rig.site.team)
    rig.engine.authority.pin(new.key, how="trust")
    rig.engine.authority.learn_keys(new.listed_keys)
    assert rig.take(new.edition(1, []))


def test_an_assignment_is_checked_as_editions_are(rig: Rig) -> None:
    old = rig.site.assignment(2, exceptions=[{"id": str(uuid4()), "directive": str(uuid4()), "until": None}])
    assert rig.inbox.assignment(as_frame(old))
    assert rig.assign(3)
    assert not rig.inbox.assignment(as_frame(old))
    stranger = canonical({**json.loads(rig.site.assignment(4).text), "station": {"id": "x", "name": "y", "owner": "z"}})
    assert not rig.inbox.assignment(as_frame(rig.site.seal_text(stranger)))
    assert not rig.inbox.assignment({"text": 1})
    assert refused(rig) == ["rollback", "station", "format"]


def test_an_edition_of_a_team_that_it_left_is_refused(rig: Rig) -> None:
    rig.issue(rig.site.directive())
    other = str(uuid4())
    rig.assign(2, teams=[other])
    assert not rig.take(rig.site.edition(2, []))
    assert refused(rig) == ["team"]
    rig.engine.replan()
    assert not rig.file.exists()


def test_what_was_altered_on_the_disk_is_found(rig: Rig) -> None:
    rig.issue(rig.site.directive())
    assert rig.engine.authority.faults() == []
    rig.state.run("UPDATE texts SET content = 'Always.'")
    assert rig.engine.authority.faults()


def test_a_sealed_text_that_is_no_json_is_refused(rig: Rig) -> None:
    rig.assign()
    assert not rig.take(rig.site.seal_text("no json"))
    assert not rig.take(SealedText("{}", rig.site.key, "zz"))
    assert refused(rig) == ["format", "seal"]


def test_a_key_that_was_lost_is_let_go_by_hand(rig: Rig, shell: Shell) -> None:
    """Another key was pinned by hand; whoever has the lost one seals nothing more here."""
    directive = rig.site.directive()
    rig.issue(directive)
    lost, before = replace_key(rig), rig.file.read_bytes()
    shell.run("trust", rig.site.key)
    shell.run("trust", lost.key, "--retire")
    rig.inbox.snapshot({"now": "2026-11-30T12:00:00Z", "keys": rig.site.listed_keys})
    assert not rig.take(lost.edition(9, [lost.directive("Always.")]), texts=lost.texts)
    assert refused(rig) == ["key"]
    rig.engine.replan()
    rig.round()
    assert rig.file.read_bytes() == before, "what was obeyed is kept"
    assert rig.take(rig.site.edition(2, [directive]))
    assert shell.run("trust", "0" * 64, "--retire") == 2


def replace_key(rig: Rig) -> Site:
    """Give the site another key without a succession; the site as whoever has the former key has it."""
    lost = replace(rig.site)
    rig.site.rotate()
    rig.site.listed_keys[-1]["endorsement"] = None
    return lost
