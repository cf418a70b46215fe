"""What the page of an execution shows beside its changes: its log, what it has used, its arguments, its failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from stages.automation.choices import ENDED, ExecutionState
from stages.automation.executing.bounds import limits
from stages.automation.executing.live_log import read_live
from stages.automation.executing.scripts import Script
from stages.automation.models import Execution
from stages.automation.reading.executions import FIGURES
from stages.automation.reading.failures import Failure, failure_of
from stages.automation.reading.scripts import log_of

# The page shows so many lines of a log at most, the newest ones.
MAX_LINES: Final = 500
MAX_VALUE: Final = 80
_ICONS: Final = {"warn": "triangle-alert", "error": "circle-alert"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a log; `at` are seconds with three places."""

    at: str
    level: str
    text: str
    request: str = ""
    answer: str = ""

    @property
    def icon(self) -> str:
        return _ICONS.get(self.level, "")


@dataclass(frozen=True, slots=True)
class ShownLog:
    """The newest lines; `count` are all, of which `before` are not shown."""

    lines: Sequence[Line]
    count: int
    before: int
    is_cut: bool
    attempt: int
    progress: Mapping[str, Any]
    figures: Mapping[str, Any]
    whys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Meter:
    """How much of a limit is used; `percent` from 0 to 100, `limit` in the unit that is shown, as a plain number."""

    name: str
    label: str
    used: str
    most: str
    percent: float
    limit: str = ""
    is_reached: bool = False


@dataclass(frozen=True, slots=True)
class ShownFailure:
    """A failure with the line where it was; `source` is that line, empty where the text is another one now."""

    failure: Failure
    line: int | None
    source: str
    is_current: bool


def log_for_page(execution: Execution) -> ShownLog:
    """The log, stored or as far as it is known."""
    if execution.state in ENDED:
        log = log_of(execution)
        figures: Mapping[str, Any] = {name: getattr(execution, name) for name in FIGURES}
        found, attempt, progress, whys, is_cut = log.lines, execution.attempt, log.progress, log.whys, log.is_cut
    else:
        live = read_live(execution.id)
        found, attempt, progress, figures = list(live.lines), live.attempt, live.progress, live.figures
        whys, is_cut = {}, False
    lines = [_line(each) for each in found[-MAX_LINES:]]
    return ShownLog(lines, len(found), len(found) - len(lines), is_cut, attempt, progress, figures, whys)


def _line(line: Mapping[str, Any]) -> Line:
    return Line(
        f"{line.get('at', 0):.3f}", line["level"], line["text"], line.get("request", ""), line.get("answer", "")
    )


def meters(execution: Execution, log: ShownLog) -> list[Meter]:
    """What it has used of each limit of this site."""
    most, used = limits(), log.figures
    listed = [
        ("fuel", _("Fuel"), used.get("fuel", 0) / 1_000_000, most.fuel / 1_000_000, _("{n} M")),
        ("memory", _("Memory"), used.get("memory", 0) / 2**20, most.memory / 2**20, _("{n} MiB")),
        ("calls", _("Calls"), used.get("calls", 0), most.calls, "{n}"),
        ("writes", _("Changes"), used.get("writes", 0), most.writes, "{n}"),
        ("time", _("Time"), seconds_of(execution), most.seconds, _("{n} s")),
    ]
    return [
        Meter(
            name,
            label,
            _number(value),
            words.format(n=_number(limit)),
            min(100.0, round(100 * value / limit, 2)),
            f"{limit:g}" if limit < 1_000_000 else str(int(limit)),
            is_reached=execution.code == name,
        )
        for name, label, value, limit, words in listed
    ]


def seconds_of(execution: Execution) -> float:
    """How long it has run, or has until now."""
    if execution.started_at is None:
        return 0.0
    until = execution.ended_at or timezone.now()
    return max(0.0, (until - execution.started_at).total_seconds())


def duration(execution: Execution) -> str:
    """How long it took, in words."""
    return _("{n} s").format(n=_number(seconds_of(execution)))


def _number(value: float) -> str:
    """A number with the places that matter."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"


def progress_meter(log: ShownLog) -> Meter | None:
    """How far the script says that it is; None where it does not."""
    done, total = log.progress.get("done"), log.progress.get("total")
    if done is None:
        return None
    label = log.progress.get("text") or _("Progress")
    if not total:
        return Meter("progress", label, _number(done), "", 0)
    return Meter("progress", label, _number(done), _number(total), min(100.0, round(100 * done / total, 2)))


def arguments_of(execution: Execution) -> list[tuple[str, str]]:
    """What it was given, by name; long texts are cut."""
    found = []
    for name, value in execution.args.items():
        text = f"“{value}”" if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
        first = text.splitlines()[0] if text.strip() else text
        is_short = len(first) <= MAX_VALUE and first == text
        found.append((name, text if is_short else f"{first[:MAX_VALUE]}…"))
    return found


def failure_for_page(execution: Execution, script: Script | None) -> ShownFailure | None:
    """Why it failed, with the line of the script as it was run."""
    if execution.state != ExecutionState.FAILED:
        return None
    is_current = script is not None and script.sha256 == execution.sha256
    source = ""
    if script is not None and is_current and execution.line:
        lines = script.source.split("\n")
        source = lines[execution.line - 1] if execution.line <= len(lines) else ""
    return ShownFailure(failure_of(execution), execution.line, source, is_current)
