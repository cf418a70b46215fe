"""What somebody changed in the tables, behind Foundry's back, before a bundle is made and sealed by the site itself.

Most columns never reach a bundle: it is made of the events, and stays the same, byte for byte. The few that do are
proved by a hash in an event, and the bundle's verifier names the file. `verify_audit` names either.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from publishing.models import Release
from tests.publishing.bundles import files_in, project_bundle, release_bundle, wrong_with
from tests.publishing.reviews import Review

pytestmark = pytest.mark.django_db

TABLES = (
    "accounts_user",
    "audit_checkpoint",
    "blobs_blob",
    "drafts_comment",
    "drafts_draft",
    "drafts_task",
    "locking_lease",
    "projects_member",
    "projects_project",
    "publishing_policy",
    "publishing_release",
    "publishing_releasenotes",
    "publishing_signature",
)
ANOTHER_PERSON = "(SELECT id FROM accounts_user WHERE display_name = 'Viewer' ORDER BY id DESC LIMIT 1)"


@pytest.fixture
def owner_of_tables(told: Review) -> Callable[[str], None]:
    """The owner of the tables: protections off, for the rest of this test's transaction."""

    def tamper(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(statement)
            assert cursor.rowcount

    return tamper


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE publishing_release SET submitted_by_id = {ANOTHER_PERSON}",
        f"UPDATE publishing_release SET ended_by_id = {ANOTHER_PERSON} WHERE state = 'released'",
        "UPDATE publishing_release SET name = '1.0.1' WHERE state = 'released'",
        "UPDATE publishing_release SET rules = rules || '{\"distinct_people\": 1}'",
        "UPDATE publishing_release SET authors_sign = NOT authors_sign",
        "UPDATE publishing_release SET reason = 'Another' WHERE state = 'withdrawn'",
        f"UPDATE publishing_signature SET signer_id = {ANOTHER_PERSON} WHERE meaning = 'approved'",
        "UPDATE publishing_signature SET comment = 'Fine'",
        "UPDATE publishing_policy SET rules = '{}'",
        f"UPDATE drafts_draft SET author_id = {ANOTHER_PERSON}",
        "UPDATE drafts_draft SET message = 'Better'",
        "UPDATE drafts_draft SET created_at = created_at - interval '1 day'",
        "UPDATE locking_lease SET started_at = started_at - interval '3 days'",
        "UPDATE locking_lease SET ended_at = ended_at + interval '3 days' WHERE ended_at IS NOT NULL",
        f"UPDATE locking_lease SET user_id = {ANOTHER_PERSON}",
        "DELETE FROM locking_lease",
        "UPDATE projects_member SET role = 'owner' WHERE role = 'reviewer'",
        "UPDATE projects_project SET name = 'Somebody else''s agent'",
        f"UPDATE drafts_comment SET author_id = {ANOTHER_PERSON}",
        "UPDATE drafts_comment SET state = 'open', state_at = NULL, state_by_id = NULL WHERE state = 'resolved'",
        "UPDATE drafts_task SET text = 'Read nothing'",
    ],
)
def test_c02_what_was_falsified_in_a_table_reaches_no_bundle(told: Review, owner_of_tables, statement: str):
    release = Release.objects.get(name="1.0.0")
    before = release_bundle(release), project_bundle(told)

    owner_of_tables(statement)

    assert (release_bundle(release), project_bundle(told)) == before
    with pytest.raises(CommandError, match="Broken"):
        call_command("verify_audit")


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE publishing_signature SET text = replace(text, 'Reviewer', 'Professor')", "signatures.jsonl"),
        ("DELETE FROM publishing_signature WHERE meaning = 'approved'", "signatures.jsonl"),
        ("UPDATE publishing_releasenotes SET text = 'Nothing changed'", "releases.jsonl"),
        ("DELETE FROM publishing_releasenotes", "releases.jsonl"),
        ("UPDATE drafts_draft SET files = '{}' WHERE files <> '{}'", "versions.jsonl"),
        ("UPDATE drafts_draft SET prompt_id = configuration_id WHERE configuration_id IS NOT NULL", "versions.jsonl"),
        ("UPDATE blobs_blob SET data = data || 'x'", "content/"),
        ("UPDATE audit_checkpoint SET signature = set_byte(signature, 3, 255 - get_byte(signature, 3))", "checkpoints"),
    ],
)
def test_c02_what_a_bundle_takes_from_a_table_is_proved_by_its_events(
    told: Review, owner_of_tables, statement: str, name: str
):
    owner_of_tables(statement)

    found = wrong_with(files_in(release_bundle(Release.objects.get(name="1.0.0"))))

    assert found is not None
    assert name in found
    with pytest.raises(CommandError, match="Broken"):
        call_command("verify_audit")


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE drafts_comment SET text = 'Never said'", "comments.jsonl"),
        ("UPDATE drafts_comment SET quote = 'Be vague.' WHERE quote <> ''", "comments.jsonl"),
        ("DELETE FROM drafts_comment WHERE thread_id IS NOT NULL", "comments.jsonl"),
    ],
)
def test_c02_what_a_project_s_bundle_takes_from_a_table_is_proved_by_its_events(
    told: Review, owner_of_tables, statement: str, name: str
):
    owner_of_tables(statement)

    found = wrong_with(files_in(project_bundle(told)))

    assert found is not None
    assert name in found
    with pytest.raises(CommandError, match="Broken"):
        call_command("verify_audit")
