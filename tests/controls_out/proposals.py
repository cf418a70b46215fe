"""How the controls are taken out of proposals and attachments."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Final, NoReturn

from tests.controls_out.out import Out, itself, nothing

_ACCEPTING: Final = "tests/proposals/test_accepting.py::"
_ATTACHED: Final = "tests/publishing/test_attachments.py::"
_PROJECT_FILE: Final = "tests/drafts/attachments/test_project_file.py::"
_PROOF: Final = "tests/proposals/test_proof.py::"
_RELEASE: Final = "tests/proposals/test_release.py::"
_ROUNDS: Final = "tests/proposals/test_rounds.py::"
_RECOUNT: Final = "proposals.bundle_verifier.Recount"
_TABLES: Final = ("proposals_proposal", "proposals_change", "proposals_round", "proposals_vote")


def _gone(sha256: str) -> NoReturn:
    raise OSError(sha256)


PROPOSALS: Final = (
    Out(
        "c02",
        "neither hash of a file is computed again",
        (
            "tests/drafts/attachments/test_attaching.py::test_c02_a_flipped_byte_of_a_piece_is_found",
            f"{_PROJECT_FILE}test_c02_what_is_missing_or_exchanged_is_found",
            f"{_ATTACHED}test_c02_a_file_that_was_exchanged_or_taken_out_is_found",
        ),
        patches=(
            ("blobs.rebuilding.BLOBS.check", None),
            ("drafts.attachments.rebuilding.read_blob", _gone),
            ("drafts.exchange.files.FileCheck.check", nothing),
            ("publishing.bundle.attachments_verifier.check", nothing),
        ),
        part="files",
    ),
    Out(
        "c03",
        "project files and bundles leave the attached files out",
        (
            f"{_PROJECT_FILE}test_c03_every_byte_of_every_attachment_is_in_it_once",
            f"{_ATTACHED}test_c03_a_release_brings_the_files_of_its_version_and_of_the_project",
            f"{_ATTACHED}test_c03_a_project_brings_all_but_what_was_removed_and_says_who_removed_it_and_why",
        ),
        patches=(
            ("drafts.exchange.exporting.piece_lines", lambda _project_id: iter(())),
            ("publishing.bundle.attachments_verifier.path_of", nothing),
        ),
        part="files",
    ),
    Out(
        "c08",
        "the database lets proposals, rounds and votes be changed",
        (
            f"{_ROUNDS}test_c08_the_database_refuses_to_change_what_was_opened",
            f"{_ROUNDS}test_c08_the_database_keeps_what_an_ended_proposal_had_staged",
        ),
        sql=";".join(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in _TABLES),
        part="proposals",
    ),
    Out(
        "c10",
        "a private proposal is seen by everybody in its project",
        ("tests/proposals/test_staging.py::test_c10_private_is_private",),
        patches=(("proposals.models.ProposalQuerySet.visible_to", itself),),
        part="private",
    ),
    Out(
        "c21",
        "an acceptance asks for no approvals, and contributors are not told apart",
        (
            f"{_ROUNDS}test_c21_an_edit_voids_approvals_and_asks_for_them_again",
            f"{_ROUNDS}test_c21_the_approvals_of_contributors_do_not_count",
        ),
        patches=(
            ("proposals.services.accepting._check_approvals", nothing),
            ("proposals.models.Round.authors", frozenset()),
        ),
        part="votes",
    ),
    Out(
        "c21",
        "nobody recounts the votes of an acceptance",
        (f"{_PROOF}test_c21_a_forged_acceptance_is_named[no votes]",),
        patches=((f"{_RECOUNT}._check_votes", nothing),),
        part="recount",
    ),
    Out(
        "c21",
        "nobody looks whether a version followed an acceptance, and which one",
        (
            f"{_PROOF}test_c21_an_acceptance_without_its_version_is_named_though_another_one_follows",
            f"{_PROOF}test_c21_a_forged_acceptance_is_named[a version of something less]",
        ),
        patches=((f"{_RECOUNT}._take_version", nothing), (f"{_RECOUNT}.fault_without_version", nothing)),
        part="acceptances",
    ),
    Out(
        "c21",
        "who wrote in a proposal is no author of what its acceptance makes",
        (
            f"{_ACCEPTING}test_c21_contributors_are_authors_of_the_release",
            f"{_RELEASE}test_c21_who_wrote_or_accepted_a_proposal_does_not_approve_its_release",
        ),
        patches=(("publishing.authors.contributors_of", lambda _origin: set()),),
        wraps=(("publishing.authors._CHANGES", lambda sql: sql.replace("$.contributors", "$.nobody")),),
        part="authors",
    ),
    Out(
        "c22",
        "an acceptance keeps no lease of what it writes",
        ("tests/proposals/test_whole_or_nothing.py::test_c22_an_accepted_version_names_who_held_its_fields_and_when",),
        patches=(("proposals.fields.Lease", SimpleNamespace(objects=SimpleNamespace(bulk_create=nothing))),),
        part="acceptances",
    ),
    Out(
        "c23",
        "agents vote on proposals and decide about them",
        (
            f"{_ROUNDS}test_c10_c23_who_may",
            f"{_ROUNDS}test_c23_the_database_refuses_the_vote_of_an_agent",
            f"{_ROUNDS}test_c23_the_database_refuses_the_decision_of_an_agent",
        ),
        sql="ALTER TABLE proposals_vote DISABLE TRIGGER proposals_vote_given;"
        " ALTER TABLE proposals_proposal DISABLE TRIGGER proposals_proposal_decided",
        patches=(
            ("proposals.services.voting.require_person", nothing),
            ("proposals.services.accepting.require_person", nothing),
            ("proposals.services.ending.require_person", nothing),
        ),
        part="proposals",
    ),
)
