"""Rows of the permission matrix, repeats and rows of the proof: modules."""

from __future__ import annotations

from typing import Any

from accounts.callers import foundry_caller
from stages.automation.services.modules import adopt_module, leave_module
from stages.automation.services.packages import add_package, install_module, uninstall_module
from tests.automation.packages.making import module
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
