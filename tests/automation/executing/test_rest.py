"""Scripts and executions over REST, and the routes and the event of the engine's design."""

from __future__ import annotations

from typing import Any

import pytest
from redis.exceptions import ConnectionError  # noqa: A004 (its own)

from accounts.models import User
from stages.automation.executing import live_log
from stages.automation.executing.working import run_execution
from stages.automation.models import Execution
from stages.automation.services.executions import begin_execution
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
    assert [(each["level"], each["text"]) for each in log["lines"]] == [("info", "made\tAda")]
    assert (log["next"], log["is_cut"], log["attempt"]) == (1, False, 1)
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


@pytest.mark.parametrize(
    "address", ["http://a.co/", "https://*.co/", "a.co", "https://a.co/../x", "https://me@a.co/", "https://a.co/?x=1"]
)
def test_what_is_no_address_of_a_server_is_not_granted(desk: ScriptDesk, owner: User, address: str) -> None:
    saved = desk.save("print(1)")
    here = f"projects/{desk.project.id}/scripts/{saved.script_id}/switch/"
    body = {"sha256": saved.sha256, "is_on": True, "grants": {"network": ["https://a.co/v1/", address]}}
    answer = Api(owner).post(here, body)
    assert answer.status_code == 400
    assert list(members(answer)["errors"]) == ["grants.network.1"]


def test_executions_are_filtered_and_their_logs_are_read_in_parts(desk: ScriptDesk, editor: User, owner: User) -> None:
    ended = desk.run("core.progress(1, 2, 'Half') print('one') print('two') log.warn('three')")
    failed = desk.run("error('no')")
    api, here = Api(editor), f"projects/{desk.project.id}/executions/"

    def found(query: str) -> list[str]:
        return [each["id"] for each in members(api.get(here + query))["results"]]

    assert found("") == [str(failed.id), str(ended.id)]
    assert found("?state=failed") == found("?state=failed&cause=manual") == [str(failed.id)]
    assert found(f"?script={ended.script}&person={editor.id}") == [str(failed.id), str(ended.id)]
    assert found("?cause=change") == found(f"?person={owner.id}") == []
    for name, value in (("state", "odd"), ("script", "x"), ("person", "1"), ("cause", "rain")):
        refused = api.get(f"{here}?{name}={value}")
        assert (refused.status_code, list(members(refused)["errors"])) == (400, [name])
    log = members(api.get(f"executions/{ended.id}/log/?after=1"))
    assert [(each["level"], each["text"]) for each in log["lines"]] == [("info", "two"), ("warn", "three")]
    assert (log["next"], log["state"], log["progress"]) == (3, "succeeded", {"done": 1, "total": 2, "text": "Half"})
    assert log["figures"]["calls"] == 4


def test_without_redis_only_what_is_live_is_missing(
    desk: ScriptDesk, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(alias: str) -> Any:
        raise ConnectionError(alias)

    monkeypatch.setattr(live_log, "get_redis_connection", away)
    saved = desk.save("for at = 1, 3 do print(at) core.await(core.sleep(0.3)) end")
    desk.switch(saved)
    execution = desk.start(saved)
    begin_execution(execution_id=execution.id)
    live = members(Api(editor).get(f"executions/{execution.id}/log/"))
    assert (live["lines"], live["state"]) == ([], "running")
    desk.work(execution)
    log = members(Api(editor).get(f"executions/{execution.id}/log/"))
    assert ([each["text"] for each in log["lines"]], log["state"]) == (["1", "2", "3"], "succeeded")
