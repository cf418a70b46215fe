"""Bundles hold the logs of pads that accepted proposals were made from, and `verify.py` folds them, too."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Event
from drafts.models import Draft
from proposals.services import accept_proposal, stage_changes, submit_proposal
from stages.pads import bundle_verifier
from stages.pads.ranges import Range
from stages.pads.services import propose_pad
from tests.pads.promoting import Promoting
from tests.pads.world import edit
from tests.publishing.bundles import (
    Files,
    files_in,
    lines_of,
    project_bundle,
    resealed,
    said_of,
    spelled,
    wrong_with,
)
from tests.publishing.conftest import make_review, review  # noqa: F401 (fixtures)
from tests.publishing.reviews import Review

WHOLE = "# Role\nBe very exact.\nCite 😀.\n"


@pytest.fixture
def at(review: Review) -> Promoting:  # noqa: F811 (the fixture)
    return Promoting(review)


def accepted(at: Promoting, *, edited: str | None = None, **facts: Any) -> Draft:
    """Mara proposes a part of the pad, perhaps edits what she proposed, and Ed accepts it."""
    mara, base = at.world.caller("mara"), Draft.objects.of_project(at.review.project.id).latest("version_number")
    given: dict[str, Any] = {"revision": 4, "part": None, "field": "prompt_text", "place": None, **facts}
    proposal = propose_pad(caller=mara, pad_id=at.pad.id, base_version=base.version_number, **given)
    if edited is not None:
        changes, revisions = {given["field"]: edited}, {given["field"]: 1}
        stage_changes(
            caller=mara,
            proposal_id=proposal.id,
            base_version=base.version_number,
            changes=changes,
            revisions=revisions,
        )
    submit_proposal(caller=mara, proposal_id=proposal.id)
    accept_proposal(caller=at.world.caller("ed"), proposal_id=proposal.id, round=1)
    return Draft.objects.of_project(at.review.project.id).latest("version_number")


def log_of(at: Promoting) -> str:
    return f"{bundle_verifier.PAD_LOGS}{at.pad.id}.jsonl"


def test_c02_the_log_of_an_accepted_proposal_is_recorded_with_it_and_folded(at: Promoting):
    draft = accepted(at)
    assert draft.prompt_text == WHOLE
    recorded = Event.objects.of_project(at.review.project.id).filter(action="pad.recorded")
    assert [event.data["revision"] for event in recorded] == [4]
    edit(at.world.session("ed"), at.pad, 4, (0, 0, "Later. "))

    for files in (at.bundle(), files_in(project_bundle(at.review))):
        assert [line["revision"] for line in lines_of(files[log_of(at)])] == [1, 2, 3, 4]
        said = said_of(files)
        assert "0 versions promoted from pads, their 4 revisions folded again" in said
        assert "1 versions of proposals from pads, 1 of them not edited since" in said


def test_a_part_in_its_place_and_what_was_edited_since_are_counted(at: Promoting):
    accepted(at, part=Range(7, 22), place=Range(0, 0))
    accepted(at, edited="Something else", part=Range(0, 6))
    edit(at.world.session("ed"), at.pad, 4, (0, 0, "Later. "))
    at.promote(5, field="files/x.md")

    said = said_of(at.bundle())
    assert "1 versions promoted from pads, their 5 revisions folded again" in said
    assert "2 versions of proposals from pads, 1 of them not edited since" in said


def test_c02_a_log_of_a_proposal_that_was_changed_or_left_out_is_named(at: Promoting):
    accepted(at)
    files, name = at.bundle(), log_of(at)
    rows = lines_of(files[name])
    (text,) = (each for each in files if each.startswith(bundle_verifier.PAD_TEXTS))
    by_nobody = [{**row, "user_id": None} for row in rows]
    forged: dict[str, Files] = {
        "the log up to here is not the one that was recorded": {**files, name: spelled(by_nobody)},
        "it ends at revision 3, but revision 4 was recorded or proposed": {**files, name: spelled(rows[:-1])},
        "no version was promoted from it, nor from a later one": {**files, name: spelled([*rows, rows[-1]])},
        f"{name} is missing": {each: data for each, data in files.items() if each != name},
        f"{text}: it is not what the field held": {**files, text: files[text] + b"x"},
    }
    for words, made in forged.items():
        assert words in str(wrong_with(resealed(made)))
        assert wrong_with(made) is not None


def test_c02_a_proposal_that_leaves_out_a_contributor_is_refused(at: Promoting, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("stages.pads.promotion.contributors_to", lambda *_: [])
    accepted(at)

    assert "it leaves out a contributor" in str(wrong_with(at.bundle()))


def test_of_an_acceptance_without_a_recorded_hash_the_verifier_says_so(at: Promoting, monkeypatch: pytest.MonkeyPatch):
    """As earlier releases accepted them."""
    monkeypatch.setattr("stages.pads.services.proposing.record_log", lambda *_: None)
    draft = accepted(at)

    said = said_of(at.bundle())
    unrecorded = f"NOT CHECKED: no event records the log of the pad {at.pad.id} up to revision 4"
    assert f"{unrecorded}, from which v{draft.version_number} was proposed." in said


def test_a_proposal_of_an_empty_part_or_pad_is_in_its_bundle(at: Promoting):
    accepted(at, revision=0)
    assert said_of(at.bundle())
