"""The words of the scripts of runs, translated here; `{name}` is filled in by the script."""

from __future__ import annotations

from django.utils.translation import gettext as _


def experiment_texts() -> dict[str, str]:
    """What the pages of experiments, and the panel of the workspace, say as it happens."""
    return {
        "runs.announce.run.succeeded": _("{model} answered."),
        "runs.announce.run.failed": _("{model} did not answer."),
        "runs.announce.run.canceled": _("{model} was stopped."),
        "runs.announce.message.posted": _("{name} asked something."),
        "runs.lines.one": _("{n} line"),
        "runs.lines.other": _("{n} lines"),
        "runs.new_lines.one": _("{n} new line"),
        "runs.new_lines.other": _("{n} new lines"),
        "runs.ask.one": _("Ask {n} model"),
        "runs.ask.other": _("Ask {n} models"),
        "runs.seconds": _("{n} s"),
        "runs.over_budget": _("{amount} over the budget"),
        "runs.copied": _("Copied"),
        "runs.try.unsaved": _("About v{version} with your unsaved {fields}"),
        "runs.try.not_held": _(
            "You typed in {fields}, and are not editing it now. Edit it again, or discard what you typed."
        ),
        "runs.try.saved": _("About v{version}, as it is saved"),
    }
