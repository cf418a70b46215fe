"""Comments are kept as they were said: the database refuses changes, and the verifier finds them."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from drafts.comments.models import Comment
from drafts.comments.services import answer_comment, resolve_comment, withdraw_comment
from tests.drafts.comments.conftest import PROMPT, Say

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread(save, say: Say, reviewer, caller_for) -> Comment:
    save(PROMPT)
    thread = say("Says who?", (4, 5))
    answer_comment(caller=caller_for(reviewer), comment_id=thread.id, text="Me.")
    resolve_comment(caller=caller_for(reviewer), comment_id=thread.id)
    with connection.cursor() as cursor:
        # The checks that wait for the commit, now: pending ones keep TRUNCATE from reaching its trigger.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return thread


def change(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM drafts_comment",
        "TRUNCATE drafts_comment CASCADE",
        "UPDATE drafts_comment SET text = 'better'",
        "UPDATE drafts_comment SET state = 'open', quote = ''",
        "UPDATE drafts_comment SET state = 'open', state_at = NULL, state_by_id = NULL",
        "UPDATE drafts_comment SET state_at = now()",
        "UPDATE drafts_comment SET state = 'resolved', state_at = now(), state_by_id = author_id",
    ],
)
def test_c08_a_comment_cannot_be_changed_or_removed(thread: Comment, statement: str):
    with pytest.raises(DatabaseError):
        change(statement)


def test_c08_nothing_leads_back_from_withdrawn(thread: Comment, reviewer, caller_for):
    withdraw_comment(caller=caller_for(reviewer), comment_id=thread.id)

    with pytest.raises(DatabaseError):
        change("UPDATE drafts_comment SET state = 'open' WHERE state = 'withdrawn'")


def test_untouched_comments_verify(thread: Comment):
    call_command("verify_audit")


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE drafts_comment SET text = 'better'", "its text was changed"),
        ("UPDATE drafts_comment SET quote = 'x' WHERE thread_id IS NULL", "its quote was changed"),
        ("UPDATE drafts_comment SET from_line = 1 WHERE thread_id IS NULL", "its from line was changed"),
        ("UPDATE drafts_comment SET state = 'open' WHERE state = 'resolved'", "its state was changed"),
        ("UPDATE drafts_comment SET created_at = now()", "its created at was changed"),
        ("DELETE FROM drafts_comment WHERE thread_id IS NOT NULL", "the comment it recorded is gone"),
    ],
)
def test_c02_verify_audit_names_a_changed_comment(thread: Comment, statement: str, found: str):
    change("ALTER TABLE drafts_comment DISABLE TRIGGER USER")
    change(statement)

    with pytest.raises(CommandError, match=found):
        call_command("verify_audit")


def test_c02_verify_audit_names_a_comment_that_nobody_recorded(thread: Comment):
    Comment.objects.create(
        project_id=thread.project_id,
        thread=thread,
        text="Slipped in.",
        author_id=thread.author_id,
        created_at=thread.created_at,
    )

    with pytest.raises(CommandError, match="no event recorded it"):
        call_command("verify_audit")
