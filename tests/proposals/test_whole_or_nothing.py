"""An acceptance is there wholly or not at all, wherever its connection breaks; and no write is without its event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import Error, close_old_connections, connection

from audit import services as recording
from audit.models import Event
from audit.verification import verify_chain
from drafts.control import leases_of
from drafts.models import Draft
from kernel import statements
from kernel.errors import Unavailable
from kernel.statements import Statement
from locking.models import Lease
from notifications.models import Notification
from proposals.models import Proposal
from proposals.services import comment_on_proposal, edit_proposal, reject_proposal, withdraw_proposal
from tests.proposals.conftest import World, changed, new_world
from tests.publishing.test_no_event_no_write import everything

# More statements than an acceptance sends.
MOST_STATEMENTS = 200
_SENT = statements._sent


@pytest.fixture
def committed_world(committed_db: None) -> World:
    return new_world()


def rows(world: World, proposal: Proposal) -> dict[str, Any]:
    """How many rows the tables have that an acceptance writes to, and how the proposal stands."""
    project = world.project.id
    return {
        "events": Event.objects.of_project(project).count(),
        "versions": Draft.objects.of_project(project).count(),
        "leases": Lease.objects.of_project(project).count(),
        "lines": Notification.objects.filter(project_id=project).count(),
        "state": Proposal.objects.get(pk=proposal.id).state,
        "drafts": Proposal.objects.filter(project=project, draft__isnull=False).count(),
    }


class BreaksAt:
    """Closes the connection without a word before the statement of this number, as a killed process does.

    Django's statements and those that are sent beside it (`kernel.statements`) are counted together.
    """

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self._count(context["connection"].connection)
        return execute(sql, params, many, context)

    def sent(self, raw: Any, statement: Statement, *, binary: bool = False) -> Any:
        self._count(raw)
        return _SENT(raw, statement, binary=binary)

    def _count(self, raw: Any) -> None:
        self.left -= 1
        if self.left == 0:
            raw.close()


def test_a_connection_that_breaks_between_any_two_statements_leaves_all_or_nothing(
    committed_world: World, monkeypatch: pytest.MonkeyPatch
):
    world = committed_world
    proposal = world.open({"prompt_text": changed(line_8="eight"), "files/a.md": {"content": "a"}})
    before = rows(world, proposal)
    broken, after = 0, before
    for number in range(1, MOST_STATEMENTS):
        breaks = BreaksAt(number)
        try:
            with connection.execute_wrapper(breaks), monkeypatch.context() as patch:
                patch.setattr(statements, "_sent", breaks.sent)
                world.accept(proposal, "mara")
        except (Error, Unavailable):
            broken += 1
        close_old_connections()
        after = rows(world, proposal)
        if after != before:
            break
    assert broken > 10
    assert after["state"] == "accepted"
    # Opened by its author; accepted, with one version of two fields under two momentary leases.
    assert {name: after[name] - before[name] for name in ("events", "versions", "leases", "drafts")} == {
        "events": 2,
        "versions": 1,
        "leases": 2,
        "drafts": 1,
    }
    assert after["lines"] > before["lines"]
    assert verify_chain(str(world.project.id)).finding is None


def _on(act: Callable[..., Any], by: str, **facts: Any) -> Callable[[World, Proposal], Any]:
    return lambda world, proposal: act(caller=world.caller(by), proposal_id=proposal.id, **facts)


WRITES: dict[str, Callable[[World, Proposal], Any]] = {
    "opened": lambda world, _proposal: world.submit(Proposal.objects.get(project=world.project, state="private")),
    "edited": _on(edit_proposal, "ed", title="Another title"),
    "voted": lambda world, proposal: world.vote(proposal, "rae"),
    "commented": _on(comment_on_proposal, "rae", round=1, target="prompt_text", text="Why?"),
    "accepted": lambda world, proposal: world.accept(proposal, "mara"),
    "rejected": _on(reject_proposal, "mara", reason="Not now"),
    "withdrawn": _on(withdraw_proposal, "ed", reason="Not now"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("write", WRITES)
def test_c06_without_its_event_nothing_is_written(world: World, write: str, monkeypatch: pytest.MonkeyPatch):
    proposal = world.open()
    world.stage()
    before = everything()

    def refuse(*_: object) -> None:
        raise RuntimeError("the chain is full")

    with monkeypatch.context() as patch:
        patch.setattr(recording, "_append", refuse)
        with pytest.raises(RuntimeError, match="the chain is full"):
            WRITES[write](world, proposal)
    assert everything() == before
    WRITES[write](world, proposal)
    assert everything()["audit_event"] != before["audit_event"]


@pytest.mark.django_db
def test_c22_an_accepted_version_names_who_held_its_fields_and_when(world: World):
    world.accept(world.open({"prompt_text": changed(line_8="eight"), "files/a.md": {"content": "a"}}), "mara")
    draft = world.current()
    leases = leases_of(draft)
    assert {(lease.field, lease.user_id) for lease in leases} == {
        (name, world.people["mara"].id) for name in ("prompt_text", "files/a.md")
    }
    assert {(lease.started_at, lease.ended_at) for lease in leases} == {(draft.created_at, draft.created_at)}
