"""Bundles hold the logs of pads that versions were promoted from, and `verify.py` folds them again."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafts.origins import Origin
from kernel.crdt.edits import apply_edits, count_units
from publishing.bundle.verifier import chain, ed25519, keys
from publishing.bundle.verifier.reading import WrongError
from stages.pads import bundle, bundle_verifier
from stages.pads.authors import Authors
from stages.pads.bundle_verifier import LogOfPad
from stages.pads.contributors import contributors_to
from stages.pads.log import edit_bodies
from stages.pads.promotion import Promotion
from stages.pads.ranges import Range
from stages.pads.services import renew_pad, restore_pad, take_back_changes, update_pad
from tests.kernel.crdt.texts import changes, texts
from tests.pads.promoting import Promoting
from tests.pads.world import edit
from tests.proof.changes import changed, paths_of, without
from tests.publishing.bundles import (
    Files,
    files_in,
    lines_of,
    project_bundle,
    release_bundle,
    resealed,
    said_of,
    spelled,
    wrong_with,
)
from tests.publishing.conftest import make_review, review  # noqa: F401 (fixtures)
from tests.publishing.reviews import Review
from tests.writers import Writer

# What the fixture's prompt holds after the first promotion.
PROMOTED = "# Role\nBe very exact.\nCite 😀.\n"


@pytest.fixture
def at(review: Review) -> Promoting:  # noqa: F811 (the fixture)
    return Promoting(review)


@pytest.fixture
def files(at: Promoting) -> Files:
    """Two promotions: of all of the pad, and of a part of it into a place; and a pad that nothing was promoted from."""
    at.promote(4)
    restore_pad(caller=at.world.caller("mara"), pad_id=at.pad.id, revision=2)
    ed = at.review.people["editor"].id
    take_back_changes(caller=at.world.caller("mara"), pad_id=at.pad.id, user_id=ed, after=3, until=4)
    renew_pad(pad_id=at.pad.id, epoch=1, why="size")
    edit(at.world.session("ed"), at.pad, 7, (0, 0, "Later. "))
    at.promote(8, part=Range(0, 6), place=Range(7, 7))
    edit(at.world.session("ed"), at.pad, 8, (0, 0, "No more. "))
    edit(at.world.session("ed"), at.world.pad(name="Other"), 0, (0, 0, "x"))
    return at.bundle()


def log_of(files: Files) -> str:
    (name,) = (each for each in files if each.startswith(bundle_verifier.PAD_LOGS))
    return name


def text_before(files: Files) -> str:
    (name,) = (each for each in files if each.startswith(bundle_verifier.PAD_TEXTS))
    return name


def test_c02_a_release_brings_each_promoted_log_once_and_its_verifier_folds_it(
    at: Promoting, files: Files, tmp_path: Path
):
    assert log_of(files) == f"pads/logs/{at.pad.id}.jsonl"
    assert [line["revision"] for line in lines_of(files[log_of(files)])] == [*range(1, 9)]
    assert files[text_before(files)].decode() == PROMOTED
    assert json.loads(json.loads(files["seal.json"])["statement"])["parts"] == ["pads"]
    assert "2 versions promoted from pads, their 8 revisions folded again" in said_of(files)

    for name, data in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    key = json.loads(json.loads(files["seal.json"])["statement"])["key"]
    command = [sys.executable, "-I", "-S", str(tmp_path / "verify.py"), key]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr, done.stdout.startswith("VALID\n")) == (0, "", True), done.stdout


def test_a_project_s_bundle_and_one_of_a_released_version_have_the_log_too(at: Promoting):
    at.promote(4)
    release = at.review.release()
    for files in (files_in(release_bundle(release)), files_in(project_bundle(at.review))):
        assert "1 versions promoted from pads, their 4 revisions folded again" in said_of(files)


@pytest.fixture
def quick_signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same few signatures are checked again and again."""
    signed = lru_cache(None)(ed25519.signed)
    monkeypatch.setattr(chain, "signed", signed)
    monkeypatch.setattr(keys, "signed", signed)


@pytest.mark.usefixtures("quick_signatures")
def test_c02_a_changed_or_missing_member_of_a_log_is_named_whoever_sealed_it(files: Files):
    name = log_of(files)
    rows = lines_of(files[name])
    for number, row in enumerate(rows):
        for path in paths_of(row):
            for made in (changed(row, path), without(row, path)):
                found = wrong_with(resealed({**files, name: spelled([*rows[:number], made, *rows[number + 1 :]])}))
                assert found is not None, f"line {number + 1}, {path}"
                assert name in found, f"line {number + 1}, {path}: {found}"


@pytest.mark.usefixtures("quick_signatures")
def test_c02_a_revision_or_file_left_out_doubled_moved_or_added_is_named(files: Files):
    name, before = log_of(files), text_before(files)
    rows = lines_of(files[name])
    forged: dict[str, Files] = {
        "revision 3 is missing": {**files, name: spelled([*rows[:2], *rows[3:]])},
        "revision 4 is missing": {**files, name: spelled([*rows[:3], *rows[2:]])},
        "revision 2 is missing": {**files, name: spelled([rows[0], rows[2], rows[1], *rows[3:]])},
        "it ends at revision 7, but revision 8 was promoted": {**files, name: spelled(rows[:-1])},
        "no version was promoted from it, nor from a later one": {**files, name: spelled([*rows, rows[-1]])},
        f"{name} is missing": {each: data for each, data in files.items() if each != name},
        f"{before} is missing": {each: data for each, data in files.items() if each != before},
        f"{before}: it is not what the field held": {**files, before: files[before] + b"x"},
        "pads/logs/other.jsonl: no version was promoted from it": {**files, "pads/logs/other.jsonl": b""},
        "pads/more.txt: no version was promoted from it": {**files, "pads/more.txt": b""},
    }
    for words, made in forged.items():
        assert words in str(wrong_with(resealed(made)))
        assert wrong_with(made) is not None
    assert "the part pads is missing" in str(wrong_with(resealed(files, parts=[])))


def _without_one(*given: Any) -> Any:
    return contributors_to(*given)[1:]


def _other_shares(*given: Any) -> Any:
    first, *others = contributors_to(*given)
    return [type(first)(first.user, first.characters + 1), *others]


@pytest.mark.parametrize(
    ("name", "forged", "words"),
    [
        ("stages.pads.promotion.contributors_to", _without_one, "other people contributed, or wrote more or less"),
        ("stages.pads.promotion.contributors_to", _other_shares, "other people contributed, or wrote more or less"),
        ("stages.pads.promotion.by_share", lambda _people: [], "it names other writers than contributors"),
        ("stages.pads.promotion.log_hash_at", lambda *_: b"\x01" * 32, "the log up to here is not the one"),
        ("stages.pads.services.promoting.record_log", lambda *_: None, "no event records the log of the pad"),
        ("stages.pads.promotion.put_text", lambda *_, **__: "Be vague.", "the version has another text"),
    ],
)
def test_c02_a_promotion_whose_event_says_something_else_is_refused(
    at: Promoting, monkeypatch: pytest.MonkeyPatch, name: str, forged: Any, words: str
):
    """Whoever has the database can record such a version; the log in its bundle contradicts it."""
    monkeypatch.setattr(name, forged)
    at.promote(4)

    assert words in str(wrong_with(at.bundle()))


def test_a_digest_that_is_not_the_recorded_one_is_refused(at: Promoting, monkeypatch: pytest.MonkeyPatch):
    at.promote(4)
    monkeypatch.setattr("stages.pads.promotion.log_hash_at", lambda *_: b"\x01" * 32)
    at.promote(4, field="files/copy.md")

    assert "its digest is not the hash that was recorded" in str(wrong_with(at.bundle()))


def test_a_name_that_the_pad_never_had_is_refused(at: Promoting, monkeypatch: pytest.MonkeyPatch):
    update_pad(caller=at.world.caller("ed"), pad_id=at.pad.id, name="Renamed", language="", target_field="")
    at.promote(4)
    original = Promotion.origin

    def renamed(self: Promotion) -> Origin:
        origin = original(self)
        return Origin(origin.facts, {**origin.named, "name": "Another"})

    monkeypatch.setattr(Promotion, "origin", renamed)
    at.promote(4, field="files/copy.md")

    assert "no event before gave the pad" in str(wrong_with(at.bundle()))


def test_a_part_keeps_the_line_ends_of_its_field(at: Promoting):
    writer = Writer(at.world.caller("ed"), at.review.project)
    lock = writer.take("files/x.md")
    writer.save({"files/x.md": {"content": "é1\r\né2\r\n"}}, lock, base=1, release_locks=True)
    at.promote(4, field="files/x.md", place=Range(4, 6))
    at.promote(4, field="files/x.md", part=Range(0, 7))
    at.promote(0, field="files/empty.md")

    assert "3 versions promoted from pads, their 4 revisions folded again" in said_of(at.bundle())


def test_a_log_that_is_too_long_stays_out_and_the_verifier_says_so(at: Promoting, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bundle_verifier, "MAX_LOGGED", 3)
    at.promote(4, place=Range(0, 0))
    other = at.world.pad(name="Short")
    edit(at.world.session("ed"), other, 0, (0, 0, "x"))
    at.promote(1, pad=other, field="files/x.md")
    files = at.bundle()

    assert [name for name in files if name.startswith("pads/")] == [f"pads/logs/{other.id}.jsonl"]
    said = said_of(files)
    assert f"NOT CHECKED: the log of the pad {at.pad.id} up to revision 4, too long for a bundle." in said
    assert "2 versions promoted from pads, their 1 revisions folded again" in said


def test_the_number_of_queries_for_a_log_does_not_grow_with_its_revisions(
    at: Promoting, django_assert_max_num_queries: Any
):
    session = at.world.session("ed")
    for number in range(30):
        edit(session, at.pad, 4 + number, (0, 0, "x"))
    with django_assert_max_num_queries(2):
        assert len(list(bundle._lines(at.pad.id, 34))) == 34


@given(texts, st.data())
def test_the_verifier_folds_as_the_server_does(text: str, data: st.DataObject) -> None:
    """One log folded by both implementations: text, authors and hash."""
    log, authors, users = LogOfPad("pad"), Authors(), {0: None, 1: "a", 2: "b", 3: "a"}
    now = ""
    for revision in range(1, data.draw(st.integers(2, 6))):
        edits = data.draw(changes(now))
        writer, count = data.draw(st.integers(0, 3)), sum(count_units(each.insert) for each in edits)
        credited = [[data.draw(st.integers(0, 3)), count]] if data.draw(st.booleans()) else None
        now = apply_edits(now, edits)
        authors.apply(edits, writer, None if credited is None else [(credited[0][0], count)])
        line = {
            "revision": revision,
            "epoch": 1,
            "user_id": users[writer],
            "writer": writer,
            "at": 5,
            "edits": edit_bodies(edits),
            "update": "",
            "credits": credited,
        }
        log.append(line, "here")
    assert log.part(0, len(log.writers)) == now
    assert [*log.writers] == [author for author, count in authors.runs for _ in range(count)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"revision": 2}, "revision 1 is missing"),
        ({"edits": [{"pos": 1, "delete": 0, "insert": "x"}]}, "do not fit"),
        ({"edits": [{"pos": 0, "delete": -1, "insert": "x"}]}, "do not fit"),
        ({"edits": [{"pos": 0, "delete": 1, "insert": "x"}]}, "do not fit"),
        ({"credits": [[1, 10**12]]}, "credits"),
        ({"credits": [[1, 10**12], [2, 1 - 10**12]]}, "credits"),
        ({"more": 1}, "other members"),
    ],
)
def test_a_line_that_cannot_be_folded_is_refused(change: dict[str, Any], words: str) -> None:
    line: dict[str, Any] = {"revision": 1, "epoch": 1, "user_id": "a", "writer": 1, "at": 5}
    line |= {"edits": [{"pos": 0, "delete": 0, "insert": "x"}], "update": "", "credits": None}
    LogOfPad("pad").append(line, "here")
    with pytest.raises(WrongError, match=words):
        LogOfPad("pad").append({**line, **change}, "here")
