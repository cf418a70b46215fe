"""A repeat with the same `client_ref` passes access first, answers as before, and writes nothing: for every write."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event
from audit.services import Target
from drafts.comments.services import answer_comment, create_comment, reopen_comment, resolve_comment, withdraw_comment
from drafts.content import FieldChange
from drafts.exchange.exporting import export_project
from drafts.exchange.importing import import_project
from drafts.exchange.versions import import_version
from drafts.services import redo_draft, revert_draft, save_draft, undo_draft
from drafts.tasks.services import change_task, create_task
from kernel.errors import NotFound, StaleToken
from locking.services import acquire_lock, hand_over_lock, release_lock, take_over_lock
from projects.models import Member, Role
from projects.permissions import PERMISSIONS
from projects.services import (
    add_member,
    archive_project,
    change_role,
    remove_member,
    reopen_project,
    update_project,
)
from projects.writing import project_write
from publishing.credentials import SigningCredentials
from publishing.services import (
    reject_release,
    set_policy,
    sign_release,
    submit_release,
    withdraw_release,
    write_release_notes,
)
from tests.matrix import declared
from tests.publishing.reviews import PASSWORD, Review, caller_of
from tests.rest.client import Api, members, problem
from tests.writers import Writer

FILE = "files/a.txt"


@dataclass
class World:
    """A project with an owner, and a second owner who writes and then repeats what they wrote."""

    review: Review
    actor: User
    other: Writer
    mine: Writer

    @property
    def id(self) -> UUID:
        return self.review.project.id

    @property
    def owner(self) -> Caller:
        return caller_of(self.review.people["owner"])

    def person(self, name: str) -> UUID:
        return self.review.people[name].id

    def change(self) -> dict[str, Any]:
        return {"project_id": self.id, "session_id": self.mine.session, "base_version": 1}


@pytest.fixture
def world(review: Review, make_user: Callable[..., User]) -> World:
    actor = make_user("actor", password=PASSWORD)
    owner = caller_of(review.people["owner"])
    add_member(caller=owner, project_id=review.project.id, user_id=actor.id, role=Role.OWNER)
    review.people["actor"] = actor
    return World(review, actor, review.writer, Writer(caller_of(actor), review.project))


def saving(world: World) -> Callable[[Caller], Any]:
    lock = world.mine.take(FILE)
    change: dict[str, Any] = {"changes": {FILE: {"content": "a\n"}}, "tokens": {FILE: lock.token}}
    return lambda caller: save_draft(caller=caller, **world.change(), **change)


def undoing(world: World) -> Callable[[Caller], Any]:
    saving(world)(world.mine.caller)
    world.mine.give_back(FILE)
    return lambda caller: undo_draft(caller=caller, project_id=world.id)


def redoing(world: World) -> Callable[[Caller], Any]:
    undoing(world)(world.mine.caller)
    return lambda caller: redo_draft(caller=caller, project_id=world.id)


def reverting(world: World) -> Callable[[Caller], Any]:
    saving(world)(world.mine.caller)
    world.mine.give_back(FILE)
    return lambda caller: revert_draft(caller=caller, project_id=world.id, version=1, reason="Better")


def importing(world: World) -> Callable[[Caller], Any]:
    changes = {FILE: FieldChange(FILE, "a\n", "text/plain", None)}
    facts: dict[str, Any] = {"base": {FILE: None}, "message": "", "facts": {"source": "git"}}
    return lambda caller: import_version(caller=caller, project_id=world.id, changes=changes, **facts)


def releasing_a_lock(world: World) -> Callable[[Caller], Any]:
    world.mine.take(FILE)
    return lambda caller: release_lock(caller=caller, project_id=world.id, session_id=world.mine.session, field=FILE)


def handing_over(world: World) -> Callable[[Caller], Any]:
    world.mine.take(FILE)
    to = world.other.session
    return lambda caller: hand_over_lock(
        caller=caller, project_id=world.id, session_id=world.mine.session, field=FILE, to=to
    )


def taking_over(world: World) -> Callable[[Caller], Any]:
    world.other.take(FILE)
    return lambda caller: take_over_lock(
        caller=caller, project_id=world.id, session_id=world.mine.session, field=FILE, reason="Urgent"
    )


def acquiring(world: World) -> Callable[[Caller], Any]:
    return lambda caller: acquire_lock(caller=caller, project_id=world.id, field=FILE, session_id=world.mine.session)


def commented(world: World, caller: Caller) -> UUID:
    place: dict[str, Any] = {"version": 1, "target_field": "prompt_text", "text": "Why?"}
    return create_comment(caller=caller, project_id=world.id, **place).id


def on_a_comment(act: Callable[..., Any], *before: Callable[..., Any], **facts: Any) -> Any:
    def arrange(world: World) -> Callable[[Caller], Any]:
        comment = commented(world, world.owner)
        for step in before:
            step(caller=world.owner, comment_id=comment)
        return lambda caller: act(caller=caller, comment_id=comment, **facts)

    return arrange


def changing_a_task(world: World) -> Callable[[Caller], Any]:
    task = create_task(caller=world.owner, project_id=world.id, text="Name the sources")
    return lambda caller: change_task(caller=caller, task_id=task.id, done=True)


def on_a_release(act: Callable[..., Any], **facts: Any) -> Any:
    def arrange(world: World) -> Callable[[Caller], Any]:
        release = world.review.submit()
        return lambda caller: act(caller=caller, release_id=release.id, **facts)

    return arrange


def signing(meaning: str) -> Any:
    def arrange(world: World) -> Callable[[Caller], Any]:
        if meaning == "authored":
            saving(world)(world.mine.caller)
        release = world.review.submit()
        proof = SigningCredentials(username=world.actor.username, password=PASSWORD)
        return lambda caller: sign_release(caller=caller, release_id=release.id, meaning=meaning, proof=proof)

    return arrange


def reopening(world: World) -> Callable[[Caller], Any]:
    archive_project(caller=world.owner, project_id=world.id)
    return lambda caller: reopen_project(caller=caller, project_id=world.id, reason="Needed")


def in_the_project(act: Callable[..., Any], **facts: Any) -> Any:
    return lambda world: lambda caller: act(caller=caller, project_id=world.id, **facts)


def on_a_member(act: Callable[..., Any], **facts: Any) -> Any:
    return lambda world: (
        lambda caller: act(
            caller=caller, project_id=world.id, user_id=world.person("viewer"), reason="Changes", **facts
        )
    )


def adding(world: World) -> Callable[[Caller], Any]:
    remove_member(caller=world.owner, project_id=world.id, user_id=world.person("viewer"), reason="Left")
    return lambda caller: add_member(
        caller=caller, project_id=world.id, user_id=world.person("viewer"), role="reviewer"
    )


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
