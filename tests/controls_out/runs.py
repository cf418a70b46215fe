"""How the controls are taken out of runs."""

from __future__ import annotations

from typing import Final

from tests.controls_out.out import Out

_CHOOSING: Final = "tests/runs/test_choosing.py::"
_RUNNING: Final = "tests/runs/test_running.py::"
_TABLES: Final = ("runs_experiment", "runs_message", "runs_run", "runs_call", "runs_runlog")

RUNS: Final = (
    Out(
        "c02",
        "the calls and consoles of runs are not compared with the hashes in the events of their ends",
        (f"{_RUNNING}test_c02_the_audit_trail_verifies_and_notices_a_changed_answer",),
        patches=(("stages.runs.verification._ENDS", ()),),
        part="runs",
    ),
    Out(
        "c08",
        "the database lets runs, their calls and their consoles be changed",
        (
            f"{_RUNNING}test_c08_the_database_refuses_to_change_what_has_ended",
            f"{_CHOOSING}test_c08_the_database_takes_one_choice_of_a_run_that_succeeded",
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
