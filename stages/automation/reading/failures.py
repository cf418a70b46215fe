"""Why an execution ended before its script did, in words: which limit or mistake it was, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from stages.automation.executing.bounds import limits
from stages.automation.models import Execution


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure: in a word or two (`label`), in a sentence (`words`), and what to do (`advice`, may be empty)."""

    label: str
    words: str
    advice: str


# By the code of an execution: label, sentence, and what to do.
_FAILURES: Final[dict[str, tuple[str, str, str]]] = {
    "fuel": (
        _("Too many steps"),
        _("It took all of its {fuel} million steps."),
        _("Look for a loop that never ends at this line or before it, or do the work in several executions."),
    ),
    "memory": (
        _("Out of memory"),
        _("It needed more than {memory} MiB."),
        _("Keep less at once: read records page by page, and do not collect all of them in one table."),
    ),
    "depth": (
        _("Nested too deep"),
        _("Calls were nested too deep."),
        _("Look for a function that calls itself without end, or for pcall within pcall."),
    ),
    "calls": (
        _("Too many calls"),
        _("It called core, log and print {calls} times, which is the limit."),
        _("Read records page by page instead of field by field, and log less."),
    ),
    "writes": (
        _("Too many changes"),
        _("It proposed more than {writes} changes."),
        _("Change fewer records in one execution, for example by an argument that says which."),
    ),
    "time": (
        _("Out of time"),
        _("It took longer than {seconds} seconds, waiting included."),
        _("Wait for several answers at once with core.await, or do the work in several executions."),
    ),
    "output": (
        _("Too much data"),
        _("Its calls had more than {output} MiB together."),
        _("Pass less data through core, log and print."),
    ),
    "error": (_("Error"), "", ""),
    "syntax": (_("Not Lua"), "", _("Correct the text of the script.")),
    "script_off": (
        _("Script off"),
        _("The script was switched off, or its text changed, before it ended. Nothing was proposed."),
        _("An owner has to switch its text on; then run it again."),
    ),
    "waits": (
        _("Proposal full"),
        _("What it staged would not have fitted into its open proposal. What changed waits until that is decided."),
        _("Accept or reject the open proposal of the script; then it is given the changes again."),
    ),
    "access_lost": (
        _("Access lost"),
        _("Who ran it may not run scripts in this project any more."),
        _("Somebody else has to run it."),
    ),
    "worker_lost": (
        _("Runner lost"),
        _("The process that ran it was lost three times, so it is not tried again."),
        _("An administrator finds why in the log of the runner. Nothing was proposed; it can be run again."),
    ),
    "refused": (
        _("Changes refused"),
        _("It ended, but its changes make no proposal."),
        _("Change the script so that what it proposes can be accepted."),
    ),
    "internal": (
        _("Fault of this site"),
        _("Something went wrong at this site. Nothing was proposed."),
        _("An administrator finds the details in the log of the runner."),
    ),
    "stopped": (_("Stopped"), _("A person stopped it. Nothing was proposed."), ""),
}


def failure_of(execution: Execution) -> Failure:
    """The failure of an execution that has failed or was stopped."""
    label, words, advice = _FAILURES.get(execution.code, (_("Failed"), "", ""))
    most = limits()
    facts = {
        "fuel": f"{most.fuel // 1_000_000:,}",
        "memory": most.memory >> 20,
        "calls": f"{most.calls:,}",
        "writes": f"{most.writes:,}",
        "seconds": f"{most.seconds:g}",
        "output": most.output >> 20,
    }
    said = gettext(words).format(**facts) if words else execution.error or gettext("It failed.")
    return Failure(gettext(label), said, gettext(advice) if advice else "")
