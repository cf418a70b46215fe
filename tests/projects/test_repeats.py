"""A repeat with the same `client_ref` passes access first, answers as before, and writes nothing: for every write."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event
from audit.services import Target
from drafts.comments.services import answer_comment, create_comment, reopen_comment, resolve_comment, withdraw_comment
from drafts.exchange.exporting import export_project
from drafts.exchange.importing import import_project
from drafts.tasks.services import create_task
from kernel.errors import NotFound, StaleToken
from projects.models import Member, Role
from projects.permissions import PERMISSIONS
from projects.services import (
    add_member,
    archive_project,
    change_role,
    remove_member,
    update_project,
)
from projects.writing import project_write
from publishing.services import (
    reject_release,
    set_policy,
    submit_release,
    withdraw_release,
    write_release_notes,
)
from tests.matrix import declared
from tests.projects.repeats import (
    FILE,
    World,
    acquiring,
    adding,
    changing_a_task,
    handing_over,
    importing,
    in_the_project,
    on_a_comment,
    on_a_member,
    on_a_release,
    redoing,
    releasing_a_lock,
    reopening,
    reverting,
    saving,
    signing,
    taking_over,
    undoing,
)
from tests.publishing.reviews import PASSWORD, Review, caller_of
from tests.rest.client import Api, members, problem
from tests.writers import Writer


@pytest.fixture
def world(review: Review, make_user: Callable[..., User]) -> World:
    actor = make_user("actor", password=PASSWORD)
    owner = caller_of(review.people["owner"])
    add_member(caller=owner, project_id=review.project.id, user_id=actor.id, role=Role.OWNER)
    review.people["actor"] = actor
    return World(review, actor, review.writer, Writer(caller_of(actor), review.project))


# The row of the permission table, and a write that needs it: arranged first, then done by who repeats it.
WRITES: list[tuple[str, Callable[[World], Callable[[Caller], Any]]]] = [
    ("project.update", in_the_project(update_project, name="Another name")),
    ("project.archive", in_the_project(archive_project)),
    ("project.reopen", reopening),
    ("member.add", adding),
    ("member.change_role", on_a_member(change_role, role="editor")),
    ("member.remove", on_a_member(remove_member)),
    ("lock.acquire", acquiring),
    ("lock.hand_over", handing_over),
    ("lock.take_over", taking_over),
    ("lock.release", releasing_a_lock),
    ("draft.save", saving),
    ("draft.revert", reverting),
    ("draft.undo", undoing),
    ("draft.undo", redoing),
    ("draft.import", importing),
    (
        "comment.write",
        in_the_project(create_comment, version=1, target_field="prompt_text", text="Why?"),
    ),
    ("comment.write", on_a_comment(answer_comment, text="So.")),
    ("comment.write", on_a_comment(resolve_comment)),
    ("comment.write", on_a_comment(reopen_comment, resolve_comment)),
    ("comment.withdraw_others", on_a_comment(withdraw_comment, reason="Off topic")),
    ("task.write", in_the_project(create_task, text="Name the sources")),
    ("task.write", changing_a_task),
    ("policy.update", in_the_project(set_policy, rules={"open_tasks": "block"})),
    ("release.submit", in_the_project(submit_release, name="1.0.0", version=1)),
    ("release.sign_authored", signing("authored")),
    ("release.sign", signing("reviewed")),
    ("release.reject", on_a_release(reject_release, reason="Not yet")),
    ("release.write_notes", on_a_release(write_release_notes, notes="Clearer")),
    ("release.withdraw", on_a_release(withdraw_release, reason="A mistake")),
    *declared("REPEATS"),
]
# Reading, and a request that is kept in Redis only: nothing that a `client_ref` could stand for.
NO_WRITES = {"project.read", "release.bundle", "lock.request", *declared("NO_WRITES")}


def test_every_action_of_the_permission_table_is_here():
    assert {action for action, _ in WRITES} == set(PERMISSIONS) - NO_WRITES


@pytest.mark.parametrize(("action", "arrange"), WRITES, ids=[f"{n}-{each[0]}" for n, each in enumerate(WRITES)])
def test_a_repeat_writes_nothing_and_tells_nothing_to_who_has_lost_access(
    world: World, action: str, arrange: Callable[[World], Callable[[Caller], Any]]
):
    caller = replace(caller_of(world.actor), client_ref=uuid4(), session_id=world.mine.session)
    act = arrange(world)
    first = act(caller)
    events = Event.objects.of_project(world.id)
    written = events.count()

    repeated = act(caller)

    assert events.count() == written
    assert getattr(repeated, "id", None) == getattr(first, "id", None)
    remove_member(caller=world.owner, project_id=world.id, user_id=world.actor.id, reason="Left the company")
    written = events.count()
    with pytest.raises(NotFound):
        act(caller)
    assert events.count() == written


def test_a_removed_creator_is_not_told_the_present_name_of_their_project(world: World, make_user: Any):
    creator, key = Api(world.actor), str(uuid4())
    made = members(creator.post("projects/", {"name": "As it was"}, Idempotency_Key=key))
    mine = caller_of(world.actor)
    add_member(caller=mine, project_id=UUID(made["id"]), user_id=world.person("owner"), role=Role.OWNER)
    change_role(
        caller=world.owner, project_id=UUID(made["id"]), user_id=world.actor.id, role=Role.VIEWER, reason="Moves on"
    )
    as_viewer = creator.post("projects/", {"name": "As it was"}, Idempotency_Key=key)
    remove_member(caller=world.owner, project_id=UUID(made["id"]), user_id=world.actor.id, reason="Left")
    update_project(caller=world.owner, project_id=UUID(made["id"]), name="Secret name")

    answer = creator.post("projects/", {"name": "As it was"}, Idempotency_Key=key)

    assert (as_viewer.status_code, members(as_viewer)["role"]) == (200, "viewer")
    assert problem(answer) == (404, "not_found")
    assert "Secret name" not in answer.content.decode()


def test_a_removed_importer_is_not_told_of_the_project_they_made(committed_db: None, make_review: Any, make_user: Any):
    review = make_review()
    data = b"".join(export_project(project_id=review.project.id))
    caller = caller_of(review.people["editor"], client_ref=uuid4())
    project = import_project(caller=caller, file=io.BytesIO(data))
    other = make_user("other")
    mine = caller_of(review.people["editor"])
    add_member(caller=mine, project_id=project.id, user_id=other.id, role=Role.OWNER)
    remove_member(caller=caller_of(other), project_id=project.id, user_id=caller.user.id, reason="Left")

    with pytest.raises(NotFound):
        import_project(caller=caller, file=io.BytesIO(data))


def test_adding_a_member_again_answers_as_before_though_they_were_removed(world: World):
    api, key = Api(world.actor), str(uuid4())
    path, wanted = f"projects/{world.id}/members/", {"user_id": str(world.person("viewer")), "role": "reviewer"}
    act = adding(world)
    act(replace(caller_of(world.actor), client_ref=UUID(key)))
    remove_member(caller=world.owner, project_id=world.id, user_id=world.person("viewer"), reason="Left again")

    answer = api.post(path, wanted, Idempotency_Key=key)

    assert (answer.status_code, members(answer)["role"]) == (200, "reviewer")
    assert not Member.objects.filter(project=world.id, user=world.person("viewer")).exists()


@pytest.mark.parametrize("arrange", [acquiring, taking_over])
def test_a_lock_that_has_ended_is_not_taken_again_by_a_repeat(world: World, arrange: Any):
    caller = replace(caller_of(world.actor), client_ref=uuid4(), session_id=world.mine.session)
    act = arrange(world)
    act(caller)
    world.mine.give_back(FILE)

    with pytest.raises(StaleToken):
        act(caller)


def test_a_write_cannot_use_a_repeat_to_pass_the_permission_table(world: World):
    caller = replace(caller_of(world.actor), client_ref=uuid4())
    for expected in (None, RuntimeError):
        with project_write(caller=caller, project_id=world.id, action="member.add") as write:
            if expected is None:
                write.record("member.added", Target.of("member", world.actor.id), {"role": "owner"})
            else:
                with pytest.raises(expected, match="must not write"):
                    write.record("member.added", Target.of("member", world.actor.id), {"role": "owner"})
