"""How the controls are taken out of runs."""

from __future__ import annotations

from typing import Final
from unittest.mock import ANY

from tests.controls_out.out import Out, nothing

_CHOOSING: Final = "tests/runs/test_choosing.py::"
_EVALUATING: Final = "tests/runs/test_evaluating.py::"
_RUNNING: Final = "tests/runs/test_running.py::"
_TABLES: Final = (
    *("runs_experiment", "runs_message", "runs_run", "runs_call", "runs_runlog"),
    *("runs_modelprofile", "runs_meter", "runs_repository"),
)
_CHECKER: Final = "stages.runs.bundle_verifier.RunsChecker"

RUNS: Final = (
    Out(
        "c02",
        "the calls and consoles of runs are not compared with the hashes in the events of their ends",
        (
            f"{_RUNNING}test_c02_the_audit_trail_verifies_and_notices_a_changed_answer",
            f"{_EVALUATING}test_c02_the_audit_trail_counts_verdicts_again",
        ),
        patches=(("stages.runs.verification._ENDS", ()),),
        part="runs",
    ),
    Out(
        "c02",
        "nobody counts the answers of an evaluation again, so that any verdict will do",
        (f"{_EVALUATING}test_c02_the_audit_trail_counts_verdicts_again",),
        patches=(("stages.runs.verification.recounted", lambda *_: ANY),),
        part="verdicts",
    ),
    Out(
        "c02",
        "a bundle's verifier does not look into the runs that a gate counted, nor for their outputs",
        ("tests/runs/test_gate.py::test_c02_runs_and_outputs_in_a_bundle_are_counted_again",),
        patches=((f"{_CHECKER}.check_run", nothing), (f"{_CHECKER}.check_files", nothing)),
        part="gates",
    ),
    Out(
        "c08",
        "the database lets runs, their calls, grades and consoles, models, budgets and repositories be changed",
        (
            f"{_RUNNING}test_c08_the_database_refuses_to_change_what_has_ended",
            f"{_CHOOSING}test_c08_the_database_takes_one_choice_of_a_run_that_succeeded",
            f"{_EVALUATING}test_c08_the_database_keeps_suites_and_grades",
            "tests/runs/test_profiles.py::test_c08_the_database_refuses_to_change_what_a_profile_means",
            "tests/runs/test_setting_budgets.py::test_c08_a_meter_stays",
            "tests/runs/test_repositories.py::test_c08_the_database_keeps_the_address_and_the_row",
        ),
        sql="".join(f"ALTER TABLE {table} DISABLE TRIGGER USER;" for table in _TABLES),
        part="runs",
    ),
    Out(
        "c21",
        "the model, who started a run and who asked for it are no contributors of the proposal that is made of it",
        (f"{_CHOOSING}test_c21_who_wrote_unsaved_texts_and_earlier_runs_is_a_contributor",),
        patches=(("stages.runs.services.choosing._contributors", lambda _run: set()),),
        part="runs",
    ),
)
