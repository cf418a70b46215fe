"""Rows of the permission matrix, repeats and rows of the proof: modules."""

from __future__ import annotations

from typing import Any

from accounts.callers import foundry_caller
from stages.automation.services.modules import adopt_module, leave_module
from stages.automation.services.packages import add_package, install_module, uninstall_module
from tests.automation.packages.making import module
from tests.matrix import OPEN, OWNERS, WRITERS, Row, SiteRow
from tests.publishing.reviews import Review, caller_of

ASKING = """
[module]
name = "asking"
version = "1.0.0"

[tables.answers]
columns.text = {type = "text"}

[scripts.ask]
title = "Ask"
"""
RPC = "/api/rpc/{registers}/modules/"
PAIR = {"facet_a": "requirements", "field_a": "title", "facet_b": "risks", "field_b": "title", "same": False}
REST = (
    Row("api_project_modules", "GET", "modules/", 200),
    Row("api_project_modules", "POST", "modules/", 201, OWNERS, OPEN, {"name": "models"}),
    # It is not adopted.
    Row("api_module_leave", "POST", "modules/nothing/leave/", "not_found", OWNERS, OPEN, {"reason": "Not needed"}),
    Row("api_suggestions", "GET", "suggestions/", 200),
    Row("api_suggestions", "POST", "suggestions/", 200, WRITERS, OPEN, PAIR),
    Row("api_rpc_modules_list", "GET", f"{RPC}list", 200),
    Row("api_rpc_modules_install", "POST", f"{RPC}install", 200, body={"name": "models"}),
    Row("api_rpc_modules_adopt", "POST", f"{RPC}adopt", 200, OWNERS, OPEN, {"name": "models"}),
)
PAGE = "automation/modules/"
PAGES = (
    Row("automation:automation", "GET", "automation/", 302),
    Row("automation:modules", "GET", PAGE, 200),
    Row("automation:module", "GET", f"{PAGE}production/", 200),
    Row("automation:module", "POST", f"{PAGE}models/", 302, OWNERS, OPEN),
    Row("automation:module_files", "GET", f"{PAGE}production/files/", 200),
    # What adopting would do; nothing is written.
    Row("automation:plan_module", "POST", f"{PAGE}models/plan/", 200),
    Row("automation:answers", "POST", f"{PAGE}models/answers/", 302, WRITERS, OPEN),
    # Without a reason.
    Row("automation:leave", "POST", f"{PAGE}models/leave/", 400, OWNERS, OPEN),
)
BUDGETED_PAGES = {
    "automation:modules": "…automation/modules/",
    "automation:module": "…automation/modules/production/",
    "automation:module_files": "…automation/modules/production/files/",
}
NO_PAGES = ("automation:automation", "automation:answers", "automation:leave", "automation:plan_module")
SITE_PAGES = (
    SiteRow("automation:packages", "GET", "/modules/", 200),
    # Nothing is chosen.
    SiteRow("automation:packages", "POST", "/modules/", 400, may=("administrator",)),
    SiteRow("automation:install_module", "POST", "/modules/nothing/install/", "not_found"),
    SiteRow("automation:uninstall_module", "POST", "/modules/nothing/uninstall/", 302),
)
SITE_REST = (
    SiteRow("api_modules", "GET", "modules/", 200),
    # The request has no body.
    SiteRow("api_modules", "POST", "modules/", "validation_failed", may=("administrator",)),
    SiteRow("api_module_install", "POST", "modules/nothing/install/", "not_found"),
    SiteRow("api_module_uninstall", "POST", "modules/nothing/uninstall/", "not_found"),
)


def _adopting(world: Any) -> Any:
    return lambda caller: adopt_module(caller=caller, project_id=world.id, name="production")


def _leaving(world: Any) -> Any:
    adopt_module(caller=world.owner, project_id=world.id, name="production")
    return lambda caller: leave_module(caller=caller, project_id=world.id, name="production", reason="Not needed")


REPEATS = (("module.adopt", _adopting), ("module.leave", _leaving))


def make_rows(review: Review) -> None:
    """A package with a script that was adopted, and two that were installed, of which one no longer is."""
    archive = module(ASKING, scripts__ask_lua="return 1\n")
    add_package(caller=foundry_caller("command"), archive=archive)
    viewer, owner = caller_of(review.people["viewer"]), caller_of(review.people["owner"])
    for name in ("asking", "models"):
        install_module(caller=viewer, name=name)
    uninstall_module(caller=viewer, name="models")
    for name in ("asking", "production"):
        adopt_module(caller=owner, project_id=review.project.id, name=name)
    leave_module(caller=owner, project_id=review.project.id, name="production", reason="Not needed")
