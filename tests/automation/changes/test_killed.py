"""A process is killed between every two steps, from the change to the proposal: each change is given once."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Event
from stages.automation.choices import ENDED
from stages.automation.executing import working
from stages.automation.models import Execution
from stages.automation.services import changes, ending, executions, on_change
from tests.automation.changes.conftest import COPY, ChangeDesk, seen
from tests.automation.executing.test_killed import Killed

pytestmark = pytest.mark.django_db

# Where it is killed: just before, or just after, each of these. In the job that looks, and in the one that runs.
LOOKING = ((changes, "_begin"), (changes, "_given"), (changes, "run"), (changes, "queue_execution"))
RUNNING = (
    (working, "begin_execution"),
    (working, "run_claimed"),
    (working, "undecided_of"),
    (working, "end_execution"),
    (executions, "_propose_on_change"),
    (on_change, "propose"),
    (on_change, "_notify"),
    (executions, "end"),
    (ending, "follow_end"),
    (on_change, "queue_rest"),
)
# And in what follows a failure.
FAILING = ((executions, "end"), (ending, "follow_end"), (on_change, "restore"), (on_change, "queue_rest"))


def kill(patch: pytest.MonkeyPatch, module: Any, step: str, *, is_after: bool) -> None:
    whole = getattr(module, step)

    def killed(*given: Any, **facts: Any) -> Any:
        if is_after:
            whole(*given, **facts)
        raise Killed

    patch.setattr(module, step, killed)


def work_off(desk: ChangeDesk, saved: Any) -> None:
    """All jobs come back, at another process, as often as they like."""
    for _ in range(2):
        desk.look(saved)
        for execution in Execution.objects.filter(project=desk.project).exclude(state__in=ENDED):
            working.run_execution(execution.id)


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("module", "step"), [*LOOKING, *RUNNING], ids=lambda each: getattr(each, "__name__", each))
def test_each_change_is_given_once_and_proposed_once(
    desk: ChangeDesk, monkeypatch: pytest.MonkeyPatch, module: Any, step: str, is_after: bool
) -> None:
    saved = desk.watch("contacts.email", source=COPY)
    ada, bob = desk.create({"email": "A"}, {"email": "B"}, facet="contacts")
    with monkeypatch.context() as patch:
        kill(patch, module, step, is_after=is_after)
        with pytest.raises(Killed):
            desk.follow(saved)
    work_off(desk, saved)
    assert desk.staged(desk.open_one()) == {f"{ada}/copy": "a", f"{bob}/copy": "b"}
    succeeded = Execution.objects.filter(project=desk.project)
    assert sorted(each["record"] for each in seen(*succeeded)) == sorted([ada, bob])
    assert (desk.due(), [each.state for each in succeeded]) == ({}, ["succeeded"])
    assert len(desk.proposals()) == 1
    assert Event.objects.of_project(desk.project.id).filter(action="script.completed").count() == 1


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("module", "step"), FAILING, ids=lambda each: getattr(each, "__name__", each))
def test_what_was_given_in_vain_waits_once(
    desk: ChangeDesk, monkeypatch: pytest.MonkeyPatch, module: Any, step: str, is_after: bool
) -> None:
    saved = desk.watch("contacts.email", source="error('no')")
    (ada,) = desk.create({"email": "A"}, facet="contacts")
    with monkeypatch.context() as patch:
        kill(patch, module, step, is_after=is_after)
        with pytest.raises(Killed):
            desk.follow(saved)
    for execution in Execution.objects.exclude(state__in=ENDED):
        working.run_execution(execution.id)
    assert desk.due() == {f"contacts|email|{ada}": None}
    assert [each.state for each in Execution.objects.all()] == ["failed"]
