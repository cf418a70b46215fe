"""How each control is taken out, and which of its tests must fail without it.

A test that passes whether its control is there or not proves nothing. `script/check --controls` takes out one control
after the other and looks.
"""

from __future__ import annotations

from typing import Final

from tests.controls_out.automation import AUTOMATION
from tests.controls_out.fleet import FLEET
from tests.controls_out.out import Out, given, itself, nothing, within_another, without
from tests.controls_out.pads import PADS
from tests.controls_out.proposals import PROPOSALS
from tests.controls_out.registers import REGISTERS
from tests.controls_out.replication import REPLICATION
from tests.controls_out.runs import RUNS

_LOCKOUT: Final = "tests/accounts/test_lockout.py::"
_REAUTHENTICATION: Final = "tests/accounts/test_reauthentication.py::"
_SIGNATURES: Final = "tests/publishing/test_signatures.py::"


_NO_PROTECTION: Final = """
CREATE OR REPLACE FUNCTION foundry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; END $$
"""
_BELIEVING_TRIGGER: Final = """
DO $do$ BEGIN EXECUTE replace(replace(pg_get_functiondef('audit_link'::regproc),
    'NEW.seq := coalesce(last_seq, 0) + 1', 'NEW.seq := coalesce(NEW.seq, last_seq + 1, 1)'),
    'NEW.at := clock_timestamp()', 'NEW.at := coalesce(NEW.at, clock_timestamp())'); END $do$
"""
_EVERYTHING_ALLOWED: Final = (("projects.writing.authorise", nothing), ("projects.access.authorise", nothing))
_NO_REASONS: Final = tuple(
    (f"{module}.check_reason", itself)
    for module in (
        "drafts.services.restoring",
        "drafts.attachments.services.removing",
        "publishing.services.ending",
        "projects.services",
        "proposals.services.ending",
        "proposals.services.accepting",
    )
)

_TRUNK: Final = (
    Out(
        "c01",
        "the names of tests name no control",
        ("tests/foundry_site/test_controls.py::test_c01_the_table_has_24_controls_and_every_test_proves_one_of_them",),
        patches=(("foundry_site.controls.results.controls_of", lambda _name: frozenset()),),
    ),
    Out(
        "c02",
        "the verifier computes no hash and follows no link",
        ("tests/audit/test_chain.py::test_c02_verify_audit_names_what_was_changed",),
        patches=(("audit.verification._fault_in_link", nothing),),
    ),
    Out(
        "c03",
        "the bundle leaves the content out",
        ("tests/publishing/test_bundle.py::test_c03_it_holds_the_content_as_files_and_the_whole_record",),
        patches=(("publishing.bundle.contents._content", lambda _scope: iter(())),),
    ),
    Out(
        "c04",
        "the protecting triggers do nothing, in the backup as in the original",
        ("tests/publishing/test_backup.py::test_c04_a_restored_backup_verifies_and_nothing_in_it_can_be_removed",),
        sql=_NO_PROTECTION,
    ),
    Out(
        "c05",
        "a token counts whoever it belongs to, and the admin takes anybody in",
        (
            "tests/accounts/test_deactivation.py::test_c05_deactivation_ends_tokens_for_ever",
            "tests/rest/test_pages.py::test_c05_no_address_of_the_admin_tells_an_anonymous_request_anything",
        ),
        patches=(
            ("accounts.models.TokenQuerySet.usable", itself),
            ("django.contrib.admin.sites.AdminSite.has_permission", lambda *_: True),
        ),
    ),
    Out(
        "c06",
        "a write is no transaction",
        (
            "tests/publishing/test_no_event_no_write.py::test_c06_without_its_event_nothing_is_written",
            "tests/drafts/test_discussion_events.py::test_c06_no_write_no_event",
            "tests/proposals/test_whole_or_nothing.py::test_c06_without_its_event_nothing_is_written",
        ),
        wraps=(("projects.writing.write_transaction", within_another),),
    ),
    Out(
        "c07",
        "the trigger believes the number and the time that it is given",
        ("tests/audit/test_circumstances.py::test_c07_not_even_raw_sql_gives_an_event_its_time_number_or_hash",),
        sql=_BELIEVING_TRIGGER,
    ),
    Out(
        "c08",
        "the protecting triggers do nothing",
        (
            "tests/audit/test_chain.py::test_c08_nothing_on_record_can_be_removed",
            "tests/audit/test_checkpoints.py::test_c08_keys_and_checkpoints_cannot_be_removed",
            "tests/audit/test_reviews.py::test_c08_c24_a_review_cannot_be_changed_or_removed",
            "tests/drafts/attachments/test_attaching.py::test_c08_an_attachment_and_its_bytes_cannot_be_removed",
        ),
        sql=_NO_PROTECTION,
    ),
    Out(
        "c09",
        "the table of roles and statuses is not asked",
        (
            "tests/publishing/test_states.py::test_c09_only_an_open_project_is_submitted",
            "tests/publishing/test_states.py::test_c09_a_project_is_archived_and_reopened_by_the_table_only",
        ),
        patches=_EVERYTHING_ALLOWED,
    ),
    Out(
        "c10",
        "the table of roles and statuses is not asked",
        (
            "tests/rest/test_permissions.py::test_c10_in_a_project_everybody_may_just_what_the_table_says[PATCH-api_project]",
            "tests/rest/test_pages.py::test_c10_on_a_projects_pages_everybody_may_just_what_the_table_says[POST-workspace:members]",
            "tests/gateway/test_permissions.py::test_c10_over_the_socket_everybody_may_just_what_the_table_says[viewer]",
        ),
        patches=_EVERYTHING_ALLOWED,
    ),
    Out(
        "c11",
        "events forget address and user agent, and a socket's Origin is not looked at",
        (
            "tests/accounts/test_sign_in.py::test_c11_a_sign_in_is_on_record_with_its_circumstances",
            "tests/gateway/test_cookies.py::test_c11_another_sites_page_does_not_sign_in[headers3]",
        ),
        patches=(("gateway.authentication._is_own_origin", lambda _scope: True),),
        wraps=(("audit.services._circumstances", without("address", "user_agent")),),
    ),
    Out(
        "c12",
        "a statement does not name its signer, and the report shows no signatures",
        (
            "tests/publishing/test_signatures.py::test_c12_c13_the_statement_says_who_what_when_and_why",
            "tests/publishing/test_bundle.py::test_c12_c20_the_report_shows_signatures_and_whether_the_record_changed",
        ),
        patches=(("publishing.bundle.verifier.report.report_release", lambda *_: b""),),
        wraps=(("publishing.services.signing.statement", without("signer")),),
    ),
    Out(
        "c13",
        "the verifier does not hold a signature against its statement",
        ("tests/publishing/test_tampering.py::test_c13_a_signature_moved_to_another_release_is_found",),
        patches=(("publishing.verification._seal_fault", nothing),),
    ),
    Out(
        "c14",
        "the triggers on accounts are gone",
        ("tests/accounts/test_users.py::test_c14_the_database_keeps_accounts_and_their_names",),
        sql="ALTER TABLE accounts_user DISABLE TRIGGER USER",
    ),
    Out(
        "c15",
        "no signing asks for the user name, and anything fits as a password",
        (f"{_SIGNATURES}test_c15_the_first_signing_of_a_session_takes_both_components_later_ones_the_private_one",),
        patches=(
            ("accounts.reauthentication.needs_username", lambda _caller: False),
            ("accounts.reauthentication._fits", lambda *_: True),
        ),
    ),
    Out(
        "c16",
        "a password that an administrator sets suspends nothing",
        (
            "tests/accounts/test_suspended_signing.py::test_c16_a_password_set_by_an_administrator_suspends_signing",
            "tests/publishing/test_signatures.py::test_c16_a_password_that_somebody_else_set_suspends_signing",
        ),
        patches=(("accounts.services.passwords.suspend_signing", nothing),),
    ),
    Out(
        "c17",
        "a million failed tries are allowed",
        (
            f"{_LOCKOUT}test_c17_five_failures_lock_the_account_and_a_vanished_cache_changes_nothing",
            "tests/accounts/test_lockout.py::test_c17_the_lock_out_is_on_record_and_alerts",
        ),
        patches=(("django.conf.settings.FOUNDRY_LOCKOUT_FAILURES", 1_000_000),),
    ),
    Out(
        "c18",
        "a revoked token counts",
        ("tests/accounts/test_tokens.py::test_c18_a_revoked_token_ends_at_once_and_for_ever",),
        patches=(("accounts.models.TokenQuerySet.usable", lambda tokens: tokens.filter(user__is_active=True)),),
    ),
    Out(
        "c19",
        "any reason will do, none at all too",
        (
            "tests/publishing/test_reasons.py::test_c19_it_is_refused_without_a_reason",
            "tests/proposals/test_rounds.py::test_c19_rejecting_and_withdrawing_need_a_reason_and_end_it",
            "tests/proposals/test_rounds.py::test_c19_only_an_owner_accepts_against_an_objection_and_says_why",
        ),
        patches=_NO_REASONS,
    ),
    Out(
        "c20",
        "the report says nothing of changes",
        ("tests/publishing/test_bundle.py::test_c12_c20_the_report_shows_signatures_and_whether_the_record_changed",),
        patches=(("publishing.bundle.verifier.report.report_history", lambda *_: b""),),
    ),
    Out(
        "c21",
        "nobody is refused as an author",
        ("tests/publishing/test_signatures.py::test_c21_an_author_does_not_approve",),
        patches=(("publishing.services.signing.refusal", nothing),),
    ),
    Out(
        "c22",
        "a version does not name the leases it was written under",
        ("tests/drafts/test_control.py::test_c22_a_save_names_the_leases_it_was_made_under",),
        wraps=(("drafts.services.saving.write_draft", given(data={})),),
    ),
    Out(
        "c23",
        "an event needs no account, and the database takes a signature of anybody's",
        (
            "tests/audit/test_circumstances.py::test_c23_no_event_is_ever_attributed_to_nobody",
            "tests/publishing/test_signatures.py::test_c23_the_database_refuses_a_machine_s_signature_too",
        ),
        sql="ALTER TABLE audit_event DROP CONSTRAINT audit_event_actor_exists;"
        " ALTER TABLE publishing_signature DISABLE TRIGGER publishing_signature_given",
    ),
    Out(
        "c24",
        "anybody reviews, nothing is verified, and a review can be changed",
        (
            "tests/audit/test_reviews.py::test_c24_only_people_who_are_auditors_review",
            "tests/audit/test_reviews.py::test_c24_a_range_that_does_not_verify_says_so",
            "tests/audit/test_reviews.py::test_c08_c24_a_review_cannot_be_changed_or_removed",
        ),
        sql="ALTER TABLE audit_review DISABLE TRIGGER USER",
        patches=(
            ("audit.reviews.services._require_auditor", nothing),
            ("audit.reviews.services.verify_range", nothing),
        ),
    ),
)

# A control's parts stand behind its first row.
OUT: Final = tuple(
    sorted(
        (*_TRUNK, *PROPOSALS, *AUTOMATION, *FLEET, *PADS, *REGISTERS, *REPLICATION, *RUNS), key=lambda out: out.control
    )
)
