"""How the controls are taken out of pads."""

from __future__ import annotations

from typing import Final

from tests.controls_out.out import Out, nothing

_PROTECTION: Final = "tests/pads/test_protection.py::"
_TABLES: Final = ("pads_pad", "pads_writer", "pads_revision")

PADS: Final = (
    Out(
        "c02",
        "nobody folds the logs of pads, and compares them with their recorded hashes, rows and snapshots",
        (
            "tests/pads/test_logs.py::test_c02_what_was_changed_is_noticed",
            "tests/pads/test_stops.py::test_c02_a_kept_burst_that_the_log_does_not_have_is_noticed",
            "tests/pads/test_proposing.py::test_c02_an_accepted_version_without_a_contributor_of_its_pad_is_noticed",
        ),
        patches=(("stages.pads.verification.check_pad", lambda *_: ()),),
        part="pads",
    ),
    Out(
        "c02",
        "a bundle's verifier does not fold the logs of pads that versions were promoted or proposed from",
        (
            "tests/pads/test_bundle.py::test_c02_a_changed_or_missing_member_of_a_log_is_named_whoever_sealed_it",
            "tests/pads/test_bundle_proposed.py::test_c02_a_log_of_a_proposal_that_was_changed_or_left_out_is_named",
        ),
        patches=(("stages.pads.bundle_verifier.PromotionsChecker.check_log", nothing),),
        part="promotions",
    ),
    Out(
        "c08",
        "the database lets pads, their writers and revisions be changed and removed",
        (
            f"{_PROTECTION}test_c08_nothing_is_deleted",
            f"{_PROTECTION}test_c08_what_was_written_never_changes",
        ),
        sql="".join(f"ALTER TABLE {table} DISABLE TRIGGER USER;" for table in _TABLES),
        part="pads",
    ),
    Out(
        "c21",
        "who changed a pad is no contributor of the version or the proposal that is made of it",
        (
            "tests/pads/test_release.py::test_c21_who_contributed_to_a_pad_does_not_approve_a_release_of_its_text",
            "tests/pads/test_proposing.py::test_c21_nobody_who_changed_the_pad_counts_as_an_approver",
        ),
        patches=(("stages.pads.promotion.contributors_to", lambda *_: []),),
        part="pads",
    ),
)
