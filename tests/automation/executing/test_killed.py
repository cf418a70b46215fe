"""A process that runs scripts is killed between every two steps: in the end there is one proposal and one event."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Event
from proposals.models import Proposal
from stages.automation.executing import working
from stages.automation.models import Execution
from stages.automation.services import ending, executions
from tests.automation.executing.conftest import ScriptDesk

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Nothing that a process does after it was killed happens: no handler of `Exception` sees this."""


# Where it is killed: just before, or just after, each of these.
STEPS = (
    (working, "begin_execution"),
    (working, "run_claimed"),
    (working, "end_execution"),
    (executions, "_propose"),
    (ending, "store_texts"),
    (executions, "end"),
)


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("module", "step"), STEPS, ids=[step for _module, step in STEPS])
def test_a_killed_process_leaves_one_proposal_or_none(
    desk: ScriptDesk, monkeypatch: pytest.MonkeyPatch, module: Any, step: str, is_after: bool
) -> None:
    saved = desk.save("print('x')\ncore.create_entity('contacts', {name = 'x'})")
    desk.switch(saved)
    execution = desk.start(saved)
    whole = getattr(module, step)

    def killed(*given: Any, **facts: Any) -> Any:
        if is_after:
            whole(*given, **facts)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(module, step, killed)
        with pytest.raises(Killed):
            working.run_execution(execution.id)
    # Its job comes back, at another process, as often as it likes.
    for _ in range(2):
        working.run_execution(execution.id)
    execution.refresh_from_db()
    assert (execution.state, execution.proposal_id is not None) == ("succeeded", True)
    assert execution.attempt == (1 if (step, is_after) in {("begin_execution", False), ("end_execution", True)} else 2)
    assert Proposal.objects.filter(project=desk.project).count() == 1
    ended = Event.objects.of_project(desk.project.id).filter(action="script.completed")
    assert [each.data["execution_id"] for each in ended] == [str(execution.id)]
    assert Execution.objects.count() == 1
