"""Every write and its event are one transaction: without the event nothing is written, anywhere (control c06)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts.callers import Caller
from accounts.services import (
    create_account,
    create_token,
    deactivate_account,
    record_sign_in,
    revoke_token,
    set_password,
    update_account,
)
from audit import services as recording
from audit.checkpoints.services import make_checkpoint
from audit.reviews.services import record_review
from drafts.comments.services import create_comment
from drafts.services import change_files, redo_draft, revert_draft, undo_draft
from drafts.tasks.services import create_task
from locking.services import hand_over_lock, take_over_lock
from projects.services import (
    add_member,
    archive_project,
    change_role,
    create_project,
    remove_member,
    reopen_project,
    update_project,
)
from tests.publishing.reviews import PASSWORD, Review, caller_of
from tests.writers import Writer

pytestmark = pytest.mark.django_db

FILE = {"language": "markdown", "content": "x"}
NEW_PASSWORD = "another correct battery staple"


class World:
    """A project with two versions and the people of a review, an administrator and an auditor beside them."""

    def __init__(self, review: Review, make_user: Callable[..., Any]) -> None:
        self.review = review
        review.save("# Role\nBe brief.\n")
        self.project = review.project.id
        self.owner = caller_of(review.people["owner"])
        self.editor = caller_of(review.people["editor"])
        self.viewer = review.people["viewer"]
        self.admin = caller_of(make_user("admin", is_administrator=True, password=PASSWORD))
        self.auditor = caller_of(make_user("auditor", is_auditor=True))
        self.stranger = make_user("stranger", password=PASSWORD)
        self.token = create_token(caller=self.editor, name="ide")[0]
        self.second = Writer(self.owner, review.project)
        self.held = review.writer.take("files/held.md")

    def archived(self) -> None:
        archive_project(caller=self.owner, project_id=self.project)

    def undone(self) -> None:
        undo_draft(caller=self.editor, project_id=self.project)

    def submitted(self) -> None:
        self.release = self.review.submit()


Write = Callable[[World], object]


# Failed tries are counted, and what was proven is remembered, whatever becomes of the act itself.
_NO_RECORDS = ("accounts_failurecount", "accounts_provensession")


def everything() -> dict[str, tuple[int, str]]:
    """How many rows each table has, and what is in them."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        for (table,) in cursor.fetchall():
            rows = "SELECT count(*), coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM"
            cursor.execute(f'{rows} "{table}" t')
            found[table] = cursor.fetchone()
    return {table: held for table, held in found.items() if table not in _NO_RECORDS}


def _named(caller: Caller, world: World) -> dict[str, Any]:
    return {"caller": caller, "project_id": world.project}


WRITES: dict[str, tuple[Write | None, Write]] = {
    "project.created": (None, lambda w: create_project(caller=w.owner, name="Another")),
    "project.updated": (None, lambda w: update_project(**_named(w.owner, w), name="Renamed")),
    "project.archived": (None, lambda w: archive_project(**_named(w.owner, w))),
    "project.reopened": (World.archived, lambda w: reopen_project(**_named(w.owner, w), reason="Needed")),
    "member.added": (None, lambda w: add_member(**_named(w.owner, w), user_id=w.stranger.id, role="viewer")),
    "member.role_changed": (
        None,
        lambda w: change_role(**_named(w.owner, w), user_id=w.viewer.id, role="editor", reason="Grows"),
    ),
    "member.removed": (None, lambda w: remove_member(**_named(w.owner, w), user_id=w.viewer.id, reason="Left")),
    "lock.acquired": (None, lambda w: w.second.take("files/new.md")),
    "lock.released": (None, lambda w: w.review.writer.give_back("files/held.md")),
    "lock.handed_over": (
        None,
        lambda w: hand_over_lock(
            **_named(w.editor, w),
            session_id=w.review.writer.session,
            field="files/held.md",
            to=w.second.session,
            token=w.held.token,
        ),
    ),
    "lock.taken_over": (
        None,
        lambda w: take_over_lock(
            **_named(w.owner, w), session_id=w.second.session, field="files/held.md", reason="Urgent"
        ),
    ),
    "draft.saved": (
        None,
        lambda w: w.review.writer.save({"files/held.md": FILE}, w.held, base=2),
    ),
    "files changed": (
        None,
        lambda w: change_files(
            **_named(w.editor, w),
            session_id=w.review.writer.session,
            base_version=2,
            changes={"files/added.md": FILE},
        ),
    ),
    "reverted": (None, lambda w: revert_draft(**_named(w.editor, w), version=1, reason="Better before")),
    "undone": (None, lambda w: undo_draft(**_named(w.editor, w))),
    "redone": (World.undone, lambda w: redo_draft(**_named(w.editor, w))),
    "comment.created": (
        None,
        lambda w: create_comment(**_named(w.owner, w), version=2, target_field="prompt_text", text="Why?"),
    ),
    "task.created": (None, lambda w: create_task(**_named(w.owner, w), text="Name the sources")),
    "policy.updated": (None, lambda w: w.review.require(open_tasks="block")),
    "release.submitted": (None, lambda w: w.review.submit()),
    "release.notes_written": (World.submitted, lambda w: w.review.write_notes(w.release, "Briefer")),
    "release.signed": (World.submitted, lambda w: w.review.sign(w.release, "reviewed", "reviewer")),
    "release.rejected": (World.submitted, lambda w: w.review.reject(w.release)),
    "release.withdrawn": (World.submitted, lambda w: w.review.withdraw(w.release)),
    "audit.reviewed": (
        None,
        lambda w: record_review(caller=w.auditor, chain=str(w.project), from_seq=1, to_seq=2, findings=""),
    ),
    "checkpoint.made": (None, lambda w: make_checkpoint(caller=w.admin)),
    "token.created": (None, lambda w: create_token(caller=w.editor, name="another")),
    "token.revoked": (None, lambda w: revoke_token(caller=w.editor, token_id=w.token.id)),
    "account.created": (None, lambda w: create_account(caller=w.admin, username="newcomer", display_name="New")),
    "account.changed": (
        None,
        lambda w: update_account(caller=w.admin, user_id=w.stranger.id, display_name="Somebody else"),
    ),
    "account.deactivated": (None, lambda w: deactivate_account(caller=w.admin, user_id=w.stranger.id)),
    "account.password_changed": (
        None,
        lambda w: set_password(caller=w.admin, user_id=w.stranger.id, password=NEW_PASSWORD),
    ),
    "account.signed_in": (None, lambda w: record_sign_in(caller=w.owner)),
}


@pytest.fixture
def world(review: Review, make_user: Callable[..., Any]) -> World:
    return World(review, make_user)


@pytest.mark.parametrize("action", WRITES)
def test_c06_without_its_event_nothing_is_written(world: World, action: str, monkeypatch: pytest.MonkeyPatch):
    prepare, write = WRITES[action]
    if prepare:
        prepare(world)
    before = everything()

    def refuse(*_: object) -> None:
        raise RuntimeError("the chain is full")

    with monkeypatch.context() as patch:
        patch.setattr(recording, "_append", refuse)
        with pytest.raises(RuntimeError, match="the chain is full"):
            write(world)

    assert everything() == before
    write(world)
    assert everything()["audit_event"] != before["audit_event"]
