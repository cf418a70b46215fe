"""How the controls are taken out of automation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from django.http import HttpResponse

from tests.controls_out.out import Out, nothing, within_another

_CONTROLS: Final = "tests/automation/controls/test_controls.py::"
_PROOF: Final = "tests/automation/proof/"
_TABLES: Final = ("automation_package", "automation_switch", "automation_execution")


def _no_faults(*_: object) -> tuple[()]:
    return ()


def _endless(original: Callable[..., None]) -> Callable[..., None]:
    """Calls of the host without a limit."""
    return lambda self, *, limits, **given: original(self, limits=replace(limits, calls=10**12), **given)


def _unsourced(original: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """What rules add, as if people had."""
    return lambda *given: [(payload, None) for payload, _source in original(*given)]


AUTOMATION: Final = (
    Out(
        "c02",
        "nobody compares executions with the events of their starts and ends",
        (
            f"{_PROOF}test_verification.py::test_c02_each_changed_column_of_an_ended_execution_is_found",
            f"{_PROOF}test_verification.py::test_c02_an_execution_that_is_gone_or_was_planted_is_found",
        ),
        patches=(("stages.automation.verification.check_executions", _no_faults),),
        part="executions",
    ),
    Out(
        "c06",
        "a write of automation is no transaction",
        (f"{_CONTROLS}test_c06_without_its_event_no_rule_is_saved_and_nothing_runs",),
        wraps=(("projects.writing.write_transaction", within_another),),
        part="automation",
    ),
    Out(
        "c08",
        "the database lets packages, switches and ended executions be changed and removed",
        (
            f"{_PROOF}test_protection.py::test_c08_an_execution_that_has_ended_is_frozen",
            f"{_PROOF}test_protection.py::test_c08_an_execution_goes_step_by_step",
            f"{_PROOF}test_protection.py::test_c08_packages_and_what_switches_are_for_never_change",
        ),
        sql="".join(f"ALTER TABLE {table} DISABLE TRIGGER USER;" for table in _TABLES),
        part="automation",
    ),
    Out(
        "c10",
        "automation asks nobody for a role",
        (f"{_CONTROLS}test_c10_editors_and_viewers_save_and_switch_nothing_that_is_an_owner_s",),
        patches=(("projects.writing.authorise", nothing), ("projects.access.authorise", nothing)),
        part="automation",
    ),
    Out(
        "c25",
        "a script may call its host as often as it likes",
        (
            f"{_CONTROLS}test_c25_a_limit_ends_a_script_that_catches_every_error",
            f"{_CONTROLS}test_c25_what_ends_at_a_limit_proposes_nothing",
        ),
        wraps=(("stages.automation.lua.calls.Calls.__init__", _endless),),
    ),
    Out(
        "c26",
        "any text runs, and reaches everything",
        (
            f"{_CONTROLS}test_c26_another_text_is_off_until_an_owner_switches_that_one_on",
            f"{_CONTROLS}test_c26_what_is_not_granted_is_not_written",
        ),
        patches=(
            ("stages.automation.services.scripts.switch_of", lambda *_: object()),
            ("stages.automation.executing.host.RegistersHost._require", nothing),
        ),
    ),
    Out(
        "c27",
        "the scripts of a module are on whatever they are granted",
        (f"{_CONTROLS}test_c27_only_owners_adopt_and_scripts_are_off_without_all_that_they_ask_for",),
        patches=(("stages.automation.services.module_records.ModuleScript.is_granted_all", lambda *_: True),),
    ),
    Out(
        "c28",
        "what rules add names no rule",
        (f"{_CONTROLS}test_c28_what_a_rule_adds_is_in_the_bundle_that_caused_it_and_names_the_rule",),
        wraps=(("stages.automation.consequences.hook.payloads_of", _unsourced),),
    ),
    Out(
        "c29",
        "the frame of views has no policy of its own",
        (f"{_CONTROLS}test_c29_the_frame_of_views_allows_nothing_but_its_own_script_and_workers",),
        patches=(("stages.automation.foreign.frame.view_frame", lambda _request: HttpResponse()),),
    ),
)
