"""Promoting over REST, and the parts of texts that it names."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from stages.pads.models import Pad
from stages.pads.ranges import Range, cut_text, put_text
from tests.pads.test_promoting import pad  # noqa: F401 (fixture)
from tests.pads.world import World
from tests.rest.client import Api, members, problem


def test_promoting_over_rest(world: World, pad: Pad):  # noqa: F811
    api = Api(world.people["mara"])
    session = members(api.post(f"projects/{world.project.id}/sessions/"))["session_id"]
    lock = members(api.post(f"projects/{world.project.id}/locks/", {"field": "prompt_text", "session_id": session}))
    given: dict[str, Any] = {
        "session_id": session,
        "revision": 4,
        "part": {"start": 0, "end": 7},
        "field": "prompt_text",
        "place": {"start": 0, "end": 2},
        "token": lock["token"],
        "base_version": 1,
        "release_locks": True,
    }
    wrong: dict[str, Any] = {
        "revision": -1,
        "part": {"start": 0},
        "field": 1,
        "place": [0, 1],
        "token": "1",
        "base_version": None,
        "session_id": 1,
    }
    for name, value in wrong.items():
        refused = api.post(f"pads/{pad.id}/promote/", {**given, name: value})
        assert problem(refused) == (400, "validation_failed"), name
        assert next(iter(members(refused)["errors"])).startswith(name)
    key = {"Idempotency_Key": str(uuid4())}
    answers = [api.post(f"pads/{pad.id}/promote/", given, **key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    made = members(answers[0])
    assert made["prompt_text"] == "Be very exact."
    assert made["origin"]["part"] == {"start": 0, "end": 7}
    again = api.post(f"pads/{pad.id}/promote/", {**given, "token": 1, "base_version": 2})
    assert problem(again) == (409, "lock_not_held")
    assert problem(Api(world.people["rae"]).post(f"pads/{pad.id}/promote/", given)) == (403, "permission_denied")
    assert problem(Api(world.people["outsider"]).post(f"pads/{pad.id}/promote/", given)) == (404, "not_found")


def test_ranges_of_texts():
    assert cut_text("a😀b", Range(1, 3), name="part") == "😀"
    assert put_text("a😀b", Range(1, 3), "é", name="place") == "aéb"
    assert put_text("", None, "x\n", name="place") == "x\n"
    assert put_text("1\r\n", Range(3, 3), "2\n", name="place") == "1\r\n2\r\n"
    assert put_text("1\r\n2\n", Range(5, 5), "3\n", name="place") == "1\r\n2\n3\n"
