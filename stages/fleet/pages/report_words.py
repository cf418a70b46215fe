"""What people read of a station's reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.ijson import parse
from stages.fleet.models import Report
from workspace.releases.presentation import StateWords

_KINDS: Final[Mapping[str, tuple[str, str, Promise]]] = {
    "change_blocked": ("bad", "undo-2", _("Change reverted")),
    "change_detected": ("theirs", "timer", _("Change allowed for now")),
    "change_flagged": ("bad", "flag", _("Change reported")),
    "change_expired": ("theirs", "timer-off", _("Time for a change ended")),
    "applied": ("good", "circle-check", _("Text in place")),
    "failed": ("bad", "circle-x", _("Not written")),
    "contested": ("bad", "file-diff", _("Another program writes it")),
    "refused": ("bad", "shield-alert", _("Refused what the server sent")),
    "clock_jumped": ("free", "clock", _("Clock moved")),
}
KINDS: Final = tuple(_KINDS)
# Reports that people should look at.
OF_CHANGES: Final = ("change_blocked", "change_detected", "change_flagged", "contested", "failed", "refused")


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report with its parsed body. `title` is the title of its directive, where it names one that is known."""

    report: Report
    body: Mapping[str, Any]
    title: str = ""

    @property
    def words(self) -> StateWords:
        kind = str(self.body.get("kind", ""))
        state, icon, label = _KINDS.get(kind, ("free", "info", kind))
        return StateWords(state, icon, str(label))

    @property
    def path(self) -> str:
        return str(self.body.get("path", ""))

    @property
    def name(self) -> str:
        """The file's name, without its folders."""
        return self.path.rstrip("/").rpartition("/")[2]

    @property
    def folder(self) -> str:
        """Where the file lies: its repository, or the folders of its path."""
        return str(self.body.get("repository", "")) or self.path.rpartition("/")[0]

    @property
    def at(self) -> datetime:
        """When it happened, as the station says; else when it came in."""
        try:
            return parse_datetime(str(self.body.get("at", ""))) or self.report.received_at
        except ValueError:
            return self.report.received_at

    @property
    def until(self) -> datetime | None:
        """Until when a change is allowed."""
        try:
            return parse_datetime(str(self.body.get("until", "")))
        except ValueError:
            return None

    @property
    def expected(self) -> str:
        return str(self.body.get("expected", ""))

    @property
    def found(self) -> str:
        return str(self.body.get("found", ""))

    @property
    def has_text(self) -> bool:
        """Whether the station sent the text of the change: only of one that is allowed for a time."""
        return self.body.get("kind") == "change_detected" and bool(self.found)

    @property
    def is_kept(self) -> bool:
        """Whether the station replaced the text, and kept it."""
        return self.body.get("kind") in {"change_blocked", "change_expired"}

    @property
    def is_left(self) -> bool:
        """Whether the changed text is still in its file, without having been sent."""
        return self.body.get("kind") == "change_flagged"

    @property
    def reason(self) -> str:
        return str(self.body.get("reason", ""))

    @property
    def hash(self) -> str:
        return bytes(self.report.hash).hex()


def view_of(report: Report, titles: Mapping[str, str] | None = None) -> ReportView:
    """The report as people read it; `titles` are those of directives by their ids."""
    body = parse(report.body)
    body = body if isinstance(body, dict) else {}
    return ReportView(report, body, (titles or {}).get(str(body.get("directive", "")), ""))


def kind_words(kind: str) -> str:
    """A kind of report as people read it."""
    return str(_KINDS[kind][2])
