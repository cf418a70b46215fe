"""Releases and signatures that the owner of the tables changed behind our backs: `verify_audit` names them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from publishing.models import Release
from tests.publishing.reviews import Review

pytestmark = pytest.mark.django_db


@pytest.fixture
def release(review: Review) -> Release:
    return review.submit()


@pytest.fixture
def owner_of_tables():
    """A tampering owner of the tables: protections off, for the rest of this test's transaction."""

    def tamper(statement: str, values: list[Any] | None = None) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in ("audit_event", "publishing_release", "publishing_signature", "publishing_policy"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(statement, values)

    return tamper


def test_c13_a_signature_moved_to_another_release_is_found(review: Review, release: Release, owner_of_tables):
    signature = review.sign(release, "reviewed", "reviewer")
    review.withdraw(release)
    other = review.submit("2.0.0")

    owner_of_tables("UPDATE publishing_signature SET release_id = %s WHERE id = %s", [other.id, signature.id])

    with pytest.raises(CommandError, match="speaks of something else"):
        call_command("verify_audit")


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE publishing_signature SET meaning = 'approved' WHERE meaning = 'reviewed'", "something else"),
        ("UPDATE publishing_signature SET comment = 'Fine'", "something else"),
        ("UPDATE publishing_signature SET signed_at = signed_at + interval '1 second'", "something else"),
        (
            "UPDATE publishing_signature SET signer_id = author_id FROM drafts_draft WHERE signer_id <> author_id",
            "something else",
        ),
        ("UPDATE publishing_signature SET text = replace(text, 'Reviewer', 'Professor')", "seal does not fit"),
        (
            "UPDATE publishing_signature SET seal = set_byte(seal, 63, (get_byte(seal, 63) + 1) %% 256)",
            "seal does not fit",
        ),
        ("DELETE FROM publishing_signature WHERE meaning = 'approved'", "signature it recorded is gone"),
        ("UPDATE publishing_release SET name = '1.0.1'", "name was changed"),
        ("UPDATE publishing_release SET rules = rules || '{\"distinct_people\": 1}'", "its rules was changed"),
        ("UPDATE publishing_release SET authors = '{}'", "authors was changed"),
        ("UPDATE publishing_release SET ended_at = ended_at - interval '1 day'", "its ended at was changed"),
        (
            "UPDATE publishing_release SET state = 'in_review', ended_at = NULL, ended_by_id = NULL",
            "its state was changed",
        ),
        (
            "DELETE FROM publishing_signature; DELETE FROM publishing_release",
            "the release it recorded is gone",
        ),
        ("UPDATE publishing_policy SET rules = '{}'", "its rules was changed"),
    ],
)
def test_c02_c13_verify_audit_finds_what_was_changed(review: Review, owner_of_tables, statement: str, found: str):
    review.require(open_tasks="block")
    review.release()
    call_command("verify_audit")

    owner_of_tables(statement.replace("%%", "%"))

    with pytest.raises(CommandError, match=found):
        call_command("verify_audit")
