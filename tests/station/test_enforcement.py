"""Each directive by its own mode, and nothing that a person typed is lost."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import uuid4

import pytest

from foundry_station.clock import text_of
from foundry_station.section import BEGIN, END
from tests.station.rig import Rig


def alter(rig: Rig, old: bytes = b"Never", new: bytes = b"Always") -> bytes:
    altered = rig.file.read_bytes().replace(old, new)
    rig.file.write_bytes(altered)
    return altered


def test_block_reverts_reports_and_keeps(rig: Rig) -> None:
    """Case 1, without its times."""
    directive = rig.site.directive()
    rig.issue(directive)
    whole = rig.file.read_bytes()
    altered = alter(rig)
    rig.round()
    assert rig.file.read_bytes() == whole
    (report,) = rig.reports("change_blocked")
    assert report["action"] == "reverted"
    assert report["found"] == hashlib.sha256(b"Always.\n").hexdigest() != report["expected"]
    (kept,) = rig.engine.enforcer.kept.all()
    assert rig.engine.enforcer.kept.data(kept.sha256) == altered
    assert [each.text for each in kept.parts] == ["Always.\n"]
    assert rig.states() == {directive["id"]: "in_place"}
    rig.round()
    assert rig.kinds() == ["applied", "change_blocked"]


def test_temporary_allows_for_a_time(rig: Rig) -> None:
    directive = rig.site.directive(mode="temporary", timeout_hours=2)
    rig.issue(directive)
    whole, altered = rig.file.read_bytes(), alter(rig)
    began = rig.now
    rig.round()
    assert rig.file.read_bytes() == altered
    (report,) = rig.reports("change_detected")
    assert report["until"] == text_of(began + timedelta(hours=2))
    (placement,) = rig.engine.placements()
    assert (placement.state, placement.until) == ("drifted", began + timedelta(hours=2))
    rig.time.pass_(hours=1)
    rig.round()
    altered = alter(rig, b"Always", b"Sometimes")
    rig.round()
    first, second = rig.reports("change_detected")
    assert first["until"] == second["until"], "the time counts from the first alteration on"
    rig.time.pass_(hours=1, seconds=1)
    rig.round()
    assert rig.file.read_bytes() == whole
    assert rig.kinds() == ["applied", "change_detected", "change_detected", "change_expired"]
    assert rig.engine.enforcer.kept.all()[0].parts[0].text == "Sometimes.\n"
    assert rig.states() == {directive["id"]: "in_place"}


def test_warning_reports_each_text_once(rig: Rig) -> None:
    """Case 3."""
    directive = rig.site.directive(mode="warning")
    rig.issue(directive)
    altered = alter(rig)
    rig.round()
    rig.file.write_bytes(altered)
    rig.round()
    assert rig.file.read_bytes() == altered
    assert len(rig.reports("change_flagged")) == 1
    alter(rig, b"Always", b"Sometimes")
    rig.round()
    assert len(rig.reports("change_flagged")) == 2
    assert rig.states() == {directive["id"]: "drifted"}
    alter(rig, b"Sometimes", b"Never")
    rig.round()
    assert rig.states() == {directive["id"]: "in_place"}


def test_each_directive_of_a_section_has_its_own_mode(rig: Rig) -> None:
    modes = ("block", "temporary", "warning")
    directives = [rig.site.directive(f"{mode} text", mode=mode, position=n) for n, mode in enumerate(modes)]
    rig.issue(*directives)
    alter(rig, b" text", b" changed")
    rig.round()
    lines = rig.file.read_bytes()
    assert b"block text\n" in lines
    assert b"temporary changed\n" in lines
    assert b"warning changed\n" in lines
    assert rig.kinds()[3:] == ["change_blocked", "change_detected", "change_flagged"]
    assert list(rig.states().values()) == ["in_place", "drifted", "drifted"]
    rig.round()
    assert rig.file.read_bytes() == lines


def test_sections_are_ordered_by_category_position_and_title(rig: Rig) -> None:
    """Case 16."""
    rig.issue(
        rig.site.directive("4", title="free"),
        rig.site.directive("3", category="Testing", title="b", position=0),
        rig.site.directive("2", category="Security", title="z", position=5),
        rig.site.directive("1", category="Security", title="a", position=5),
        categories=["Security", "Testing"],
    )
    lines = rig.file.read_text().splitlines()
    assert [line for line in lines if len(line) == 1] == ["1", "2", "3", "4"]


def test_dates_count_without_the_server(rig: Rig) -> None:
    """Case 17, without waiting."""
    begins, ends = (text_of(rig.now + timedelta(seconds=seconds)) for seconds in (3, 8))
    rig.issue(rig.site.directive(starts_at=begins, ends_at=ends))
    assert not rig.file.exists()
    for seconds, there in ((3.5, True), (5, False)):
        moment = rig.engine.next_moment()
        assert moment is not None
        assert timedelta(0) < moment - rig.now <= timedelta(seconds=seconds)
        rig.time.pass_(seconds=seconds)
        rig.engine.replan()
        rig.round()
        assert rig.file.exists() == there
    assert rig.engine.next_moment() is None


def test_a_directive_below_replaces_an_overridable_one(rig: Rig) -> None:
    root = str(uuid4())
    rig.assign(teams=[root, rig.site.team])
    fixed, open_ = rig.site.directive("fixed"), rig.site.directive("open", overridable=True)
    rig.take(rig.site.edition(1, [fixed, open_], team=root), team=root)
    rig.issue(rig.site.directive("mine", replaces=open_["id"]), rig.site.directive("not", replaces=fixed["id"]))
    text = rig.file.read_text()
    assert "open" not in text
    assert all(each in text for each in ("fixed", "mine", "not"))


def test_own_lines_stay_whatever_happens_to_the_section(rig: Rig) -> None:
    rig.file.write_bytes(b"\xef\xbb\xbfmine\r\nlast without end")
    directive = rig.site.directive()
    rig.issue(directive)
    rig.file.write_bytes(b"\xef\xbb\xbfnew\r\n" + rig.file.read_bytes()[3:].replace(b"Never", b"Always"))
    rig.round()
    assert rig.file.read_bytes().startswith(b"\xef\xbb\xbfnew\r\nmine\r\nlast without end\r\n<!-- FOUNDRY MANAGED")
    rig.issue()
    assert rig.file.read_bytes() == b"\xef\xbb\xbfnew\r\nmine\r\nlast without end"


@pytest.mark.parametrize("how", ["end", "begin", "both", "swapped"])
def test_a_damaged_section_is_repaired_and_reported_once(rig: Rig, how: str) -> None:
    rig.file.write_bytes(b"mine\n")
    rig.issue(rig.site.directive())
    whole = rig.file.read_bytes()
    damaged = {
        "end": whole.replace(END + b"\n", b""),
        "begin": whole.replace(BEGIN + b"\n", b""),
        "both": whole.replace(END, b"%").replace(BEGIN, END).replace(b"%", BEGIN),
        "swapped": whole + END + b"\n",
    }[how]
    rig.file.write_bytes(damaged)
    rig.round()
    text = rig.file.read_bytes()
    assert text.count(BEGIN) == text.count(END) == 1
    assert b"mine\n" in text
    assert len(rig.reports("change_blocked")) == 1
    assert rig.engine.enforcer.kept.all()
    rig.round()
    assert len(rig.reports("change_blocked")) == 1


def test_lines_that_were_put_into_the_section_are_kept_and_taken_out(rig: Rig) -> None:
    rig.issue(rig.site.directive())
    whole = rig.file.read_bytes()
    rig.file.write_bytes(whole.replace(BEGIN, BEGIN + b"\nput in"))
    rig.round()
    assert rig.file.read_bytes() == whole
    assert "put in" in (rig.engine.enforcer.kept.all()[0].parts[0].text or "")


def test_a_withdrawn_directive_goes_without_a_report(rig: Rig) -> None:
    first, second = rig.site.directive("one", position=1), rig.site.directive("two", position=2, mode="warning")
    rig.issue(first, second)
    rig.issue(second)
    assert b"one" not in rig.file.read_bytes()
    assert rig.kinds() == ["applied", "applied"]
    rig.issue()
    assert not rig.file.exists()
    assert rig.engine.enforcer.kept.all() == []


def test_a_fight_is_slowed_down_and_reported_once(rig: Rig) -> None:
    rig.issue(rig.site.directive())
    altered = alter(rig)
    for _ in range(8):
        rig.file.write_bytes(altered)
        rig.round()
    assert rig.engine.enforcer.writes == 1 + 5
    assert len(rig.reports("contested")) == 1
    rig.file.write_bytes(altered.replace(b"Always", b"A person's"))
    rig.round()
    assert b"Never" in rig.file.read_bytes(), "other bytes are answered at once"


def test_an_absent_repository_is_said_to_be_absent(rig: Rig) -> None:
    """Case 11, without watching."""
    directive = rig.site.directive()
    rig.issue(directive)
    rig.file.unlink()
    rig.repo.rmdir()
    rig.round(rig.engine.changed())
    assert rig.states() == {directive["id"]: "absent"}
    rig.repo.mkdir()
    rig.file.write_bytes(b"")
    rig.round(rig.engine.changed())
    assert b"Never." in rig.file.read_bytes()
    assert rig.states() == {directive["id"]: "in_place"}
    assert rig.reports("change_blocked") == []
