"""Scripts and executions over REST, and the routes and the event of the engine's design."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from stages.automation.executing.working import run_execution
from stages.automation.models import Execution
from tests.automation.executing.conftest import EVERYTHING, ScriptDesk
from tests.rest.client import Api, members

pytestmark = pytest.mark.django_db

SOURCE = "core.create_entity('contacts', {name = args.name})\nprint('made', args.name)"
SETTINGS: dict[str, Any] = {"args": [{"name": "name", "required": True}], "capabilities": {"write": ["contacts"]}}


def test_a_script_from_its_text_to_its_proposal(desk: ScriptDesk, owner: User, editor: User) -> None:
    project, mine, theirs = f"projects/{desk.project.id}/", Api(editor), Api(owner)
    answer = mine.post(f"{project}scripts/", {"name": "greet", "source": SOURCE, "settings": SETTINGS})
    assert answer.status_code == 201, answer.content
    saved = members(answer)
    here = f"{project}scripts/{saved['id']}/"
    refused = mine.post(f"{here}run/", {"args": {"name": "Ada"}})
    assert (refused.status_code, members(refused)["code"]) == (409, "script_off")
    other = theirs.post(f"{here}switch/", {"sha256": "0" * 64, "is_on": True})
    assert (other.status_code, members(other)["code"]) == (409, "conflict")
    switched = theirs.post(
        f"{here}switch/", {"sha256": saved["sha256"], "is_on": True, "grants": EVERYTHING, "reason": "Read it"}
    )
    assert members(switched)["is_on"] is True
    started = mine.post(f"{here}run/", {"args": {"name": "Ada"}})
    assert started.status_code == 202
    execution = f"executions/{members(started)['execution_id']}/"
    assert members(mine.get(execution))["state"] == "queued"
    run_execution(Execution.objects.get().id)
    found = members(mine.get(execution))
    assert (found["state"], found["proposal_state"], found["writes"]) == ("succeeded", "private", 1)
    log = members(mine.get(f"{execution}log/?after=0"))
    assert log == {"lines": [{"level": "info", "text": "made\tAda"}], "next": 1, "is_cut": False}
    assert members(mine.get(f"{execution}log/?after=1"))["lines"] == []
    assert [each["id"] for each in members(mine.get(f"{project}executions/?script={saved['id']}"))["results"]] == [
        found["id"]
    ]
    stopped = mine.post(f"{execution}stop/")
    assert (stopped.status_code, members(stopped)["code"]) == (409, "conflict")
    changed = mine.request("PUT", here, {"source": SOURCE + "\n"})
    assert changed.status_code == 200
    (listed,) = members(mine.get(f"{project}scripts/"))["scripts"]
    assert (listed["is_on"], listed["sha256"]) == (False, members(changed)["sha256"])
    assert members(mine.get(here))["source"] == SOURCE + "\n"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"name": "x", "source": "= 3"}, "source"),
        ({"name": "x", "source": "\x1bLua"}, "source"),
        ({"name": "x", "source": "print(1)", "settings": {"args": [{"name": "1"}]}}, "settings.args.0.name"),
        ({"name": "x"}, "source"),
        ({"name": "x", "source": 5}, "source"),
        ({"name": "x", "source": "print(1)", "settings": 5}, "settings"),
    ],
)
def test_bad_input_names_what_is_wrong(desk: ScriptDesk, editor: User, body: dict[str, Any], name: str) -> None:
    answer = Api(editor).post(f"projects/{desk.project.id}/scripts/", body)
    assert answer.status_code == 400
    assert list(members(answer)["errors"]) == [name]


def test_the_routes_of_the_engine_run_scripts_by_name(desk: ScriptDesk, editor: User) -> None:
    saved = desk.save("print('hello')", name="greet")
    desk.switch(saved)
    api, here = Api(editor), f"/api/rpc/{desk.project.id}/scripts/"
    assert [each["name"] for each in members(api.get(f"{here}list"))["scripts"]] == ["greet"]
    started = members(api.post(f"{here}run", {"script": "greet"}))
    assert Execution.objects.get().id.hex == started["execution_id"].replace("-", "")
    assert api.post(f"{here}run", {"script": "none"}).status_code == 404
