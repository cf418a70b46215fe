"""What executions add to the pages: their group in the rail of automation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.late import Late
from stages.automation.pages.rail import RAIL, RailGroup
from workspace.proposals.makers import MAKERS
from workspace.script_texts import SCRIPT_TEXTS


def register() -> None:
    rows = Late("stages.automation.pages.execution_rows:rail_rows")
    RAIL.register("executions", RailGroup(label=_("Executions"), position=30, rows=rows))
    maker = Late("stages.automation.pages.makers:maker_script")
    MAKERS.register("execution", maker)
    MAKERS.register("script", maker)
    SCRIPT_TEXTS.register("executions", execution_texts)


def execution_texts() -> dict[str, str]:
    """The words of the script of an execution's page."""
    return {
        "executions.of": str(_("of {most}")),
        "executions.picked": str(_("{picked} of {n} picked")),
        "executions.commit.one": str(_("Commit {n} change")),
        "executions.commit.other": str(_("Commit {n} changes")),
    }
