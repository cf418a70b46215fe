"""Repeats and rows of the proof: scripts and their executions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from accounts.callers import Caller
from stages.automation.executing.working import run_execution
from stages.automation.services.executions import stop_execution
from stages.automation.services.script_acts import ask_for_grants, delete_script
from stages.automation.services.scripts import Saved, run_script, save_script, switch_script
from tests.matrix import OPEN, OTHER, OWNERS, WRITERS, Row, SiteRow
from tests.publishing.reviews import Review, caller_of


def _saved(caller: Caller, project_id: UUID, *, is_on: bool = True) -> Saved:
    saved = save_script(caller=caller, project_id=project_id, name="greet", source="print('hello')")
    if is_on:
        given: dict[str, Any] = {"script_id": saved.script_id, "sha256": saved.sha256}
        switch_script(caller=caller, project_id=project_id, is_on=True, **given)
    return saved


def _saving(world: Any) -> Callable[[Caller], Any]:
    given = {"project_id": world.id, "name": "greet", "source": "print('hello')"}
    return lambda caller: save_script(caller=caller, **given)


def _switching(world: Any) -> Callable[[Caller], Any]:
    saved = _saved(world.owner, world.id, is_on=False)
    given: dict[str, Any] = {"project_id": world.id, "script_id": saved.script_id, "sha256": saved.sha256}
    return lambda caller: switch_script(caller=caller, is_on=True, **given)


def _running(world: Any) -> Callable[[Caller], Any]:
    given: dict[str, Any] = {"project_id": world.id, "script_id": _saved(world.owner, world.id).script_id}
    return lambda caller: run_script(caller=caller, **given)


def _stopping(world: Any) -> Callable[[Caller], Any]:
    given: dict[str, Any] = {"project_id": world.id, "script_id": _saved(world.owner, world.id).script_id}
    execution = run_script(caller=world.owner, **given)
    return lambda caller: stop_execution(caller=caller, execution_id=execution.id)


SCRIPTS: Final = "scripts/"
SCRIPT: dict[str, Any] = {"source": "print(1)"}
SWITCH: dict[str, Any] = {"sha256": "0" * 64, "is_on": True}
EDITORS = (WRITERS, OPEN)
REST: Final = (
    Row("api_scripts", "GET", SCRIPTS, 200),
    Row("api_scripts", "POST", SCRIPTS, 201, *EDITORS, {"name": "made", **SCRIPT}),
    Row("api_script", "GET", SCRIPTS + f"{OTHER}/", "not_found"),
    Row("api_script", "PUT", SCRIPTS + f"{OTHER}/", "not_found", *EDITORS, SCRIPT),
    Row("api_script", "DELETE", SCRIPTS + f"{OTHER}/", "not_found", *EDITORS, {"reason": "Not needed"}),
    Row("api_script_check", "POST", f"{SCRIPTS}check/", 200, *EDITORS, SCRIPT),
    Row("api_script_ask", "POST", SCRIPTS + f"{OTHER}/ask/", "not_found", *EDITORS, {"sha256": "0" * 64}),
    Row("api_script_switch", "POST", SCRIPTS + f"{OTHER}/switch/", "not_found", OWNERS, OPEN, SWITCH),
    Row("api_script_run", "POST", SCRIPTS + f"{OTHER}/run/", "not_found", *EDITORS),
    Row("api_executions", "GET", "executions/", 200),
    Row("api_rpc_scripts_list", "GET", "/api/rpc/{registers}/scripts/list", 200),
    Row("api_rpc_scripts_run", "POST", "/api/rpc/{registers}/scripts/run", "not_found", *EDITORS, {"script": "none"}),
)
# Of an execution that is not there; whose project a person may not see, it is not there either.
SITE_REST: Final = (
    SiteRow("api_execution", "GET", f"executions/{OTHER}/", "not_found"),
    SiteRow("api_execution_log", "GET", f"executions/{OTHER}/log/", "not_found"),
    SiteRow("api_execution_stop", "POST", f"executions/{OTHER}/stop/", "not_found"),
)
PAGE: Final = "automation/scripts/"
NONE: Final = f"{PAGE}{OTHER}/"
PAGES: Final = (
    Row("automation:scripts", "GET", PAGE, 200),
    Row("automation:new_script", "GET", f"{PAGE}new/", 200, *EDITORS),
    Row("automation:new_script", "POST", f"{PAGE}new/", 400, *EDITORS),
    Row("automation:check_script", "POST", f"{PAGE}check/", 200, *EDITORS),
    Row("automation:script", "GET", NONE, "not_found"),
    Row("automation:save_script", "GET", f"{NONE}save/", "not_found"),
    Row("automation:save_script", "POST", f"{NONE}save/", "not_found", *EDITORS),
    Row("automation:script_settings", "GET", f"{NONE}settings/", "not_found"),
    Row("automation:script_settings", "POST", f"{NONE}settings/", "not_found", *EDITORS),
    Row("automation:script_executions", "GET", f"{NONE}executions/", "not_found"),
    Row("automation:script_texts", "GET", f"{NONE}texts/", "not_found"),
    Row("automation:script_text", "GET", f"{NONE}texts/{OTHER}/", "not_found"),
    Row("automation:script_text", "POST", f"{NONE}texts/{OTHER}/", "not_found", *EDITORS),
    *(
        Row(f"automation:{act}_script", method, f"{NONE}{act}/", "not_found", *EDITORS)
        for act in ("run", "ask", "title", "delete")
        for method in ("GET", "POST")
    ),
    Row("automation:switch_script", "GET", f"{NONE}switch/", "not_found", OWNERS, OPEN),
    Row("automation:switch_script", "POST", f"{NONE}switch/", "not_found", OWNERS, OPEN),
)
BUDGETED_PAGES: Final = {
    "automation:scripts": f"…{PAGE}",
    "automation:new_script": f"…{PAGE}new/",
}
# They need a script; the page of one has its budget in `test_budgets.py`.
NO_PAGES: Final = (
    *("automation:script", "automation:check_script", "automation:save_script", "automation:script_settings"),
    *("automation:script_executions", "automation:script_texts", "automation:script_text"),
    *("automation:run_script", "automation:ask_script", "automation:title_script", "automation:delete_script"),
    "automation:switch_script",
)


def _deleting(world: Any) -> Callable[[Caller], Any]:
    given: dict[str, Any] = {"project_id": world.id, "script_id": _saved(world.owner, world.id).script_id}
    return lambda caller: delete_script(caller=caller, reason="Not needed", **given)


def _asking(world: Any) -> Callable[[Caller], Any]:
    saved = _saved(world.owner, world.id, is_on=False)
    given: dict[str, Any] = {"project_id": world.id, "script_id": saved.script_id, "sha256": saved.sha256}
    return lambda caller: ask_for_grants(caller=caller, **given)


REPEATS = (
    ("script.delete", _deleting),
    ("script.ask", _asking),
    ("script.save", _saving),
    ("script.switch", _switching),
    ("script.run", _running),
    ("execution.stop", _stopping),
)


def make_rows(review: Review) -> None:
    """A script that has run, one execution that was stopped, and a script that was asked for and deleted."""
    owner, project_id = caller_of(review.people["owner"]), review.project.id
    given: dict[str, Any] = {"caller": owner, "project_id": project_id}
    script_id: Any = _saved(owner, project_id).script_id
    run_execution(run_script(**given, script_id=script_id).id)
    stop_execution(caller=owner, execution_id=run_script(**given, script_id=script_id).id)
    other = save_script(**given, name="other", source="print('other')")
    wanted: dict[str, Any] = {**given, "script_id": other.script_id}
    ask_for_grants(**wanted, sha256=other.sha256)
    delete_script(**wanted, reason="Not needed")
