"""How the controls are taken out of registers."""

from __future__ import annotations

from typing import Final

from tests.controls_out.out import Out, nothing, within_another

_PROTECTION: Final = "tests/registers/test_protection.py::"
_PROOF: Final = "tests/registers/storing/test_proof.py::"
_TABLES: Final = ("registers_bundle", "registers_operation", "registers_actorkey")


def _no_faults(*_: object) -> tuple[()]:
    return ()


REGISTERS: Final = (
    Out(
        "c02",
        "nobody reads the log of registers, and compares it with its signatures, chains and events",
        (
            f"{_PROOF}test_c02_a_changed_operation_is_named_by_its_bundle",
            f"{_PROOF}test_c02_a_changed_bundle_is_named",
        ),
        patches=(("stages.registers.verification.faults_in_log", _no_faults),),
        part="registers",
    ),
    Out(
        "c02",
        "nobody replays operations, and compares what is stored with what they add up to",
        (f"{_PROOF}test_c02_a_derived_row_that_was_changed_is_noticed",),
        patches=(("stages.registers.verification.faults_in_derived", _no_faults),),
        part="derived",
    ),
    Out(
        "c02",
        "a bundle's verifier does not check the signatures of operations",
        ("tests/registers/storing/test_bundle.py::test_c02_an_operation_that_was_changed_is_noticed",),
        patches=(("stages.registers.bundle_verifier.RegistersChecker.check_signed", nothing),),
        part="operations",
    ),
    Out(
        "c06",
        "a write of registers is no transaction",
        ("tests/registers/storing/test_writing.py::test_c06_without_its_event_nothing_is_written",),
        wraps=(("projects.writing.write_transaction", within_another),),
        part="registers",
    ),
    Out(
        "c08",
        "the database lets bundles, operations and keys be changed and removed",
        (
            f"{_PROTECTION}test_c08_what_is_signed_is_neither_deleted_nor_emptied",
            f"{_PROTECTION}test_c08_the_log_is_never_changed",
        ),
        sql="".join(f"ALTER TABLE {table} DISABLE TRIGGER USER;" for table in _TABLES),
        part="registers",
    ),
    Out(
        "c10",
        "registers ask nobody for a role",
        ("tests/registers/storing/test_writing.py::test_c10_who_may_not_write_does_not",),
        patches=(("projects.writing.authorise", nothing),),
        part="registers",
    ),
    Out(
        "c23",
        "whoever signed an operation is taken for its author, certified or not",
        ("tests/replication/ingest/test_refused.py::test_c23_a_person_whom_the_site_has_not_certified_is_held",),
        patches=(
            ("stages.replication.ingest.examining._refusal_of_people", nothing),
            ("stages.registers.fold.bundles.SignedBundle.wrong_signature", nothing),
        ),
        part="registers",
    ),
)
