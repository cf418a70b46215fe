"""Pads over REST: texts, changes, the log, the timeline, and a whole life of a change by position."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from uuid import uuid4

import pytest

from kernel.canonical import canonical
from kernel.crdt.edits import apply_edits
from stages.pads.models import Pad
from tests.pads.live import edits_of
from tests.pads.world import PROMPT, World, edit
from tests.rest.client import Api, members, problem


@pytest.fixture
def pad(world: World) -> Pad:
    """A pad that began with the prompt, in which two people have written since."""
    pad = world.pad(target_field="prompt_text", start="field")
    ed, mara = world.session("ed"), world.session("mara")
    edit(ed, pad, 1, (0, 2, "Do be"))
    edit(mara, pad, 2, (5, 0, " very"))
    edit(ed, pad, 3, (0, 0, "😀 "))
    return pad


def get(api: Api, pad: Pad, path: str) -> dict[str, Any]:
    answer: dict[str, Any] = members(api.get(f"pads/{pad.id}/{path}"))
    return answer


def test_a_pad_is_made_changed_and_listed(world: World):
    api = Api(world.people["ed"])
    made = members(api.post(f"projects/{world.project.id}/pads/", {"name": "Thoughts", "target_field": "prompt_text"}))
    assert (made["name"], made["language"], made["head"], made["closed_at"]) == ("Thoughts", "markdown", 0, None)
    assert made["created_by"] == world.people["ed"].person()
    path = f"pads/{made['id']}/"
    assert members(api.patch(path, {"name": "More", "target_field": ""}))["target_field"] is None
    assert members(api.post(path + "close/"))["closed_at"] is not None
    (listed,) = members(api.get(f"projects/{world.project.id}/pads/"))["results"]
    assert listed == members(api.get(path))
    key = {"Idempotency_Key": str(uuid4())}
    answers = [api.post(f"projects/{world.project.id}/pads/", {"name": "Again"}, **key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]


def test_the_text_of_a_revision_with_its_authors(world: World, pad: Pad):
    api = Api(world.people["vic"])
    assert get(api, pad, "revisions/0/")["text"] == ""
    assert get(api, pad, "revisions/1/")["text"] == PROMPT
    newest = get(api, pad, "revisions/4/")
    assert (newest["revision"], newest["epoch"], newest["text"]) == (4, 1, "😀 Do be very exact.")
    assert newest["authors"] == [[1, 8], [2, 5], [0, 7]]
    assert newest["writers"] == [
        {"number": 0, "user": None},
        {"number": 1, "user": world.people["ed"].person()},
        {"number": 2, "user": world.people["mara"].person()},
    ]
    assert problem(api.get(f"pads/{pad.id}/revisions/5/")) == (404, "not_found")


def test_the_changes_after_a_revision_lead_to_the_newest_text(world: World, pad: Pad):
    api = Api(world.people["vic"])
    text, after = "", 0
    while (answer := get(api, pad, f"changes/?after={after}&limit=3"))["changes"]:
        assert answer["more"] == (after + 3 < 4)
        for change in answer["changes"]:
            assert change["revision"] == after + 1
            text, after = apply_edits(text, edits_of(change["edits"])), after + 1
    assert (text, after) == ("😀 Do be very exact.", answer["head"])
    assert problem(api.get(f"pads/{pad.id}/changes/?after=x")) == (400, "validation_failed")


def test_the_log_hash_can_be_recomputed_from_what_is_shown(world: World, pad: Pad):
    log = get(Api(world.people["vic"]), pad, "log/")
    found = hashlib.sha256(str(pad.id).encode()).digest()
    for row in log["revisions"]:
        columns = ("revision", "epoch", "user_id", "writer", "at", "edits", "update", "credits")
        assert base64.b64decode(row["update"])
        found = hashlib.sha256(found + canonical([row[name] for name in columns]).encode()).digest()
    assert (found.hex(), log["head"], log["recorded"], log["more"]) == (log["log_hash"], 4, 0, False)


def test_the_timeline_says_when_who_wrote(world: World, pad: Pad):
    timeline = get(Api(world.people["vic"]), pad, "timeline/")
    assert timeline["head"] == 4
    assert [(each["first"], each["last"], each["changes"]) for each in timeline["sections"]] == [
        (number, number, 1) for number in range(1, 5)
    ]
    ed, mara = (str(world.people[name].id) for name in ("ed", "mara"))
    assert [each["people"] for each in timeline["sections"]] == [[], [ed], [mara], [ed]]
    assert {person["id"] for person in timeline["people"]} == {ed, mara}


def test_who_only_has_http_edits_too(world: World, pad: Pad):
    api = Api(world.people["ed"])
    session = members(api.post(f"projects/{world.project.id}/sessions/"))["session_id"]
    change: dict[str, Any] = {
        "session_id": session,
        "revision": 2,
        "edits": [{"pos": len(PROMPT) + 3, "delete": 0, "insert": "!"}],
    }
    key = {"Idempotency_Key": str(uuid4())}
    for _ in range(2):
        answer = members(api.post(f"pads/{pad.id}/edits/", change, **key))
        assert answer["revision"] == 5
        text = get(api, pad, "revisions/2/")["text"] + "!"
        for missed in answer["missed"]:
            text = apply_edits(text, edits_of(missed))
        assert text == get(api, pad, "revisions/5/")["text"] == "😀 Do be very exact.!"
    other = {**change, "edits": [{"pos": 0, "delete": 0, "insert": "?"}]}
    assert problem(api.post(f"pads/{pad.id}/edits/", other, **key)) == (409, "client_ref_reused")
    for wrong in ({"revision": "5"}, {"revision": 6}, {"revision": -1}, {"session_id": 3}, {"edits": [{"pos": 0}]}):
        refused = api.post(f"pads/{pad.id}/edits/", {**change, **wrong})
        assert problem(refused) == (400, "validation_failed")
        assert next(iter(members(refused)["errors"])).startswith(next(iter(wrong)))


def test_the_number_of_queries_does_not_grow(world: World, pad: Pad, django_assert_max_num_queries: Any):
    api = Api(world.people["vic"])
    for path in ("revisions/4/", "changes/", "log/", "timeline/"):
        with django_assert_max_num_queries(10):
            get(api, pad, path)
