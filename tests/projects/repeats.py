"""The world in which a write is repeated, and the writes: each arranges what it needs, for who repeats it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.callers import Caller
from accounts.models import User
from drafts.comments.services import create_comment
from drafts.content import FieldChange
from drafts.exchange.versions import import_version
from drafts.services import redo_draft, revert_draft, save_draft, undo_draft
from drafts.tasks.services import change_task, create_task
from locking.services import acquire_lock, hand_over_lock, release_lock, take_over_lock
from projects.services import (
    add_member,
    archive_project,
    remove_member,
    reopen_project,
)
from publishing.credentials import SigningCredentials
from publishing.services import (
    sign_release,
)
from tests.publishing.reviews import PASSWORD, Review, caller_of
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
