"""The doctor holds every definition in the database against what the migrations made."""

from __future__ import annotations

import re

import pytest

from foundry_site.doctor import catalog, protection
from kernel.doctor import Level
from tests.foundry_site.findings import ask, run_sql, the

pytestmark = pytest.mark.django_db


def test_a_migrated_database_is_as_the_doctor_expects_it() -> None:
    """Where this fails after a migration: `manage.py record_schema`."""
    assert catalog.definitions() == catalog.expected()
    told = {finding.subject: finding.level for finding in protection.examine()}
    assert told == {**dict.fromkeys([*protection.SUBJECTS, "Settings", "Grants"], Level.OK), "Role": Level.WARN}


GUTTED = """
    DROP TRIGGER audit_event_frozen ON audit_event;
    CREATE TRIGGER audit_event_frozen BEFORE UPDATE OR DELETE ON audit_event
        FOR EACH ROW WHEN (false) EXECUTE FUNCTION foundry_refuse()
"""
LETS_GO = "CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;"


@pytest.mark.parametrize(
    ("sql", "subject", "says"),
    [
        (
            "ALTER TABLE audit_event DISABLE TRIGGER audit_event_frozen",
            "Triggers",
            "the trigger audit_event.audit_event_frozen is disabled",
        ),
        (
            "DROP TRIGGER drafts_draft_kept ON drafts_draft",
            "Triggers",
            "the trigger drafts_draft.drafts_draft_kept is missing",
        ),
        (GUTTED, "Triggers", "the trigger audit_event.audit_event_frozen is not as the migrations made it: .* WHEN"),
        (
            f"{LETS_GO} CREATE TRIGGER aaa BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION mine()",
            "Triggers",
            "the trigger audit_event.aaa is of no migration",
        ),
        (
            "CREATE OR REPLACE FUNCTION foundry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN OLD; END$$",
            "Functions",
            r"the function foundry_refuse\(\) is not as the migrations made it",
        ),
        (
            "ALTER FUNCTION foundry_refuse() SECURITY DEFINER",
            "Functions",
            r"the function foundry_refuse\(\) is not as the migrations made it",
        ),
        (LETS_GO, "Functions", r"the function mine\(\) is of no migration"),
        (
            "ALTER TABLE audit_event ALTER action DROP EXPRESSION",
            "Tables",
            "the column audit_event.action is not as the migrations made it: text not null$",
        ),
        (
            "ALTER TABLE drafts_draft ALTER author_id DROP NOT NULL",
            "Tables",
            "the column drafts_draft.author_id is not as the migrations made it",
        ),
        (
            "ALTER TABLE audit_event DROP CONSTRAINT audit_event_actor_exists",
            "Tables",
            "the constraint audit_event.audit_event_actor_exists is missing",
        ),
        (
            "ALTER TABLE audit_event DROP CONSTRAINT audit_event_chain_seq",
            "Tables",
            "the constraint audit_event.audit_event_chain_seq is missing",
        ),
        (
            "ALTER TABLE drafts_draft ENABLE ROW LEVEL SECURITY",
            "Tables",
            "the table drafts_draft is not as the migrations made it: r row security",
        ),
        (
            "CREATE SCHEMA other; CREATE TABLE other.audit_event (id int)",
            "Tables",
            "the table before it audit_event is of no migration: in the schema other",
        ),
        (
            "CREATE RULE quiet AS ON DELETE TO drafts_draft DO INSTEAD NOTHING",
            "Rules",
            "the rule drafts_draft.quiet is of no migration",
        ),
        (
            "CREATE POLICY part ON drafts_draft USING (version_number > 1)",
            "Rules",
            "the row policy drafts_draft.part is of no migration",
        ),
        (
            "CREATE SCHEMA other; CREATE TABLE other.more () INHERITS (audit_event)",
            "Tables",
            "the table audit_event is not as the migrations made it: r with tables under it",
        ),
        (
            "CREATE SCHEMA other; SET search_path = public, other, pg_catalog",
            "Settings",
            "search_path looks into public before Postgres's own functions",
        ),
        ("GRANT TRUNCATE ON audit_event TO PUBLIC", "Grants", "PUBLIC may TRUNCATE on audit_event"),
        ("GRANT UPDATE (role) ON projects_member TO PUBLIC", "Grants", "PUBLIC may UPDATE on projects_member"),
    ],
)
def test_whatever_weakens_a_protection_is_named(sql: str, subject: str, says: str) -> None:
    run_sql(sql)
    found = ask(protection.examine, subject)
    assert {finding.level for finding in found} == {Level.BAD}
    assert any(re.search(says, finding.text) for finding in found), [finding.text for finding in found]


def test_an_operator_s_own_table_is_left_alone() -> None:
    run_sql("CREATE TABLE of_the_operator (id int PRIMARY KEY)")
    assert the(protection.examine, "Tables").level is Level.OK


def test_a_role_that_owns_the_tables_is_told() -> None:
    found = the(protection.examine, "Role")
    assert found.level is Level.WARN
    assert "docs/deploy.md" in found.remedy
