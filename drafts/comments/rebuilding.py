"""Comments, as the event that made each and the newest that moved it tell them."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from audit.rebuilding.facts import Fact
from audit.rebuilding.tables import Column, Rows, Table
from blobs.models import sha256_of
from drafts.comments.models import Comment, CommentState


def _text(text: str) -> str:
    return sha256_of(text.encode())


def _quote(from_line: int | None, quote: str) -> str | None:
    return _text(quote) if from_line or quote else None


COMMENTS: Final = Table(
    Comment,
    name="comment",
    key=("id",),
    chain="project_id",
    columns={
        "text": Column(as_recorded=_text),
        "quote": Column(("from_line", "quote"), as_recorded=_quote),
        "draft_id": Column(("draft__project_id", "draft__version_number")),
    },
)


@COMMENTS.on("comment.created")
def _created(rows: Rows, fact: Fact) -> None:
    data = fact.data
    _made(
        rows,
        fact,
        thread_id=None,
        draft_id=(fact.project_id, data["version"]) if data["version"] else (None, None),
        round_id=UUID(data["round_id"]) if "round_id" in data else None,
        side=data.get("side", ""),
        field=data["target_field"],
        content_id=data["sha256"],
        from_line=data["from_line"],
        to_line=data["to_line"],
        quote=data["quote_sha256"],
    )


@COMMENTS.on("comment.answered")
def _answered(rows: Rows, fact: Fact) -> None:
    _made(
        rows,
        fact,
        thread_id=UUID(fact.data["thread_id"]),
        draft_id=(None, None),
        round_id=None,
        side="",
        field="",
        content_id=None,
        from_line=None,
        to_line=None,
        quote=None,
    )


def _made(rows: Rows, fact: Fact, **place: Any) -> None:
    rows.put(
        fact,
        (UUID(fact.target_id),),
        project_id=fact.project_id,
        author_id=fact.actor_id,
        created_at=fact.at,
        text=fact.data["text_sha256"],
        state=CommentState.OPEN.value,
        state_at=None,
        state_by_id=None,
        **place,
    )


@COMMENTS.on("comment.resolved", "comment.reopened", "comment.withdrawn")
def _moved(rows: Rows, fact: Fact) -> None:
    moved = {"state": fact.data["state"], "state_at": fact.at, "state_by_id": fact.actor_id}
    rows.change(fact, (UUID(fact.target_id),), **moved)
