"""How the controls are taken out of replication."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tests.controls_out.out import Out, nothing

_CONTROLS: Final = "tests/replication/controls/test_controls.py::"
_PROOF: Final = "tests/replication/proof/"


def _no_faults(*_: object) -> tuple[()]:
    return ()


def _all_right(bundles: Sequence[Any]) -> list[None]:
    """Of each bundle that its signatures fit."""
    return [None] * len(bundles)


def _keeping_nothing(**_: Any) -> list[Any]:
    return []


REPLICATION: Final = (
    Out(
        "c02",
        "nobody compares held bundles with their hashes, and with the events of what became of them",
        (
            f"{_PROOF}test_held.py::test_c02_a_text_that_was_changed_is_found",
            f"{_PROOF}test_held.py::test_c02_a_decision_that_nobody_made_is_found",
        ),
        patches=(("stages.replication.proof.held._faults", _no_faults),),
        part="held",
    ),
    Out(
        "c02",
        "a bundle's verifier does not ask whether a site might send what came in",
        (f"{_PROOF}test_bundle.py::test_c02_what_a_site_might_not_send_is_noticed",),
        patches=(("stages.replication.proof.bundle_verifier.SitesOfProject.fault", lambda *_: ""),),
        part="sites",
    ),
    Out(
        "c30",
        "signatures of other sites' people are not verified",
        (f"{_CONTROLS}test_c30_a_text_that_its_person_has_not_signed_does_not_count",),
        patches=(("stages.replication.ingest.examining.wrong_signatures", _all_right),),
    ),
    Out(
        "c31",
        "what is not accepted is thrown away",
        (f"{_CONTROLS}test_c31_what_is_not_accepted_is_kept_with_its_reason",),
        patches=(("stages.replication.ingest.services.keep", _keeping_nothing),),
    ),
    Out(
        "c32",
        "the database takes any event as a copy",
        (f"{_CONTROLS}test_c32_an_altered_event_is_no_copy",),
        sql="ALTER TABLE replication_copiedevent DISABLE TRIGGER USER;",
    ),
    Out(
        "c33",
        "bundles come in whoever wrote them",
        (f"{_CONTROLS}test_c33_what_a_revoked_site_wrote_afterwards_stays_outside",),
        patches=(("stages.replication.ingest.examining._refusal_of_site", nothing),),
    ),
    Out(
        "c34",
        "nobody looks at the mark beside the database",
        (f"{_CONTROLS}test_c34_a_restored_database_writes_nothing_under_a_number_that_was_used",),
        patches=(("stages.replication.ingest.mark.read_mark", nothing),),
    ),
)
