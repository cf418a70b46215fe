"""What a script gives to `core` in bad faith ends as its own error, and what it was granted meanwhile counts."""

from __future__ import annotations

import pytest

from kernel.errors import Conflict
from stages.automation.executing.working import run_claimed
from stages.automation.services import scripts as services
from stages.automation.services.executions import begin_execution, end_execution, stop_execution
from tests.automation.executing.conftest import ScriptDesk

pytestmark = pytest.mark.django_db

SOMETHING = "01890000-0000-7000-8000-000000000000"
ALL = {"read": ["contacts", "field:*"], "write": ["contacts", "field:*"]}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (r'core.records("contacts", {where = {name = "\0"}})', "NUL"),
        (r'core.records("contacts", {where = {name = {{a = "\0"}}}})', "NUL"),
        (r'core.get_field("\0", "contacts.name")', "There is no record \ufffd."),
        (r'error("script:99999999999: x", 0)', "99999999999: x"),
        (r'error("script:" .. string.rep("9", 5000) .. ": x", 0)', "999"),
        (r'core.delete_edge("zzz")', "there is no such link"),
        (r'core.move_edge("\0", {at = 1})', "there is no such link"),
    ],
)
def test_odd_input_is_an_error_of_the_script(desk: ScriptDesk, source: str, words: str) -> None:
    execution = desk.run(source, grants=ALL)
    assert (execution.state, execution.code) == ("failed", "error")
    assert words in execution.error


@pytest.mark.parametrize("target", ["edge", "record", "field", "merge"])
def test_a_grant_of_fields_covers_no_records(desk: ScriptDesk, target: str) -> None:
    execution = desk.run(f'core.set_text("record:{target}/{SOMETHING}", nil)', grants=ALL)
    assert (execution.state, execution.code, execution.proposal) == ("failed", "error", None)
    assert "There is no field" in execution.error


@pytest.mark.parametrize(("grants", "state"), [({"read": ["contacts"]}, "stopped"), (ALL, "succeeded")])
def test_a_script_that_is_granted_less_meanwhile_proposes_nothing(
    desk: ScriptDesk, grants: dict[str, list[str]], state: str
) -> None:
    saved = desk.save('core.create_entity("contacts", {name = "A"})')
    desk.switch(saved, grants=ALL)
    claim = begin_execution(execution_id=desk.start(saved).id)
    assert claim is not None
    outcome, staged = run_claimed(claim)
    desk.switch(saved, is_on=False)
    desk.switch(saved, grants=grants)
    ended = end_execution(claim=claim, outcome=outcome, staged=staged)
    assert (ended.state, ended.proposal is None) == (state, state == "stopped")


def test_one_person_queues_no_more_than_others_can_wait_for(desk: ScriptDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_WAITING", 2)
    saved = desk.save("print(1)")
    desk.switch(saved)
    first, _second = desk.start(saved), desk.start(saved)
    with pytest.raises(Conflict):
        desk.start(saved)
    stop_execution(caller=desk.caller, execution_id=first.id)
    assert desk.start(saved).state == "queued"
