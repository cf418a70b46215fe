"""What the page says of calls and of the source: what was sent, by hash, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blobs.models import Blob
from kernel.canonical import canonical
from kernel.ijson import parse
from projects import field_names
from stages.runs.models import Call, Experiment, Run
from workspace.releases.presentation import StateWords

# Characters of an unsaved text that the page shows.
MAX_SHOWN = 20_000
# Calls that the page shows; REST has all calls of a run.
MAX_CALLS = 100


@dataclass(frozen=True, slots=True)
class CallView:
    """One request. `request` is as it was sent, each text by its SHA-256; `number` is that of its run."""

    call: Call
    number: int
    name: str
    request: Mapping[str, Any]

    @property
    def parameters(self) -> str:
        return canonical(self.request.get("parameters") or {})

    @property
    def messages(self) -> list[Mapping[str, Any]]:
        return list(self.request.get("messages") or [])

    @property
    def seconds(self) -> float | None:
        return (self.call.ended_at - self.call.started_at).total_seconds() if self.call.ended_at else None

    @property
    def state(self) -> StateWords:
        """How it ended, as a line of a row."""
        if self.call.ended_at is None:
            return StateWords("theirs", "pen-line", "")
        if self.call.error:
            return StateWords("bad", "circle-x", self.call.error)
        return StateWords("good", "circle-check", str(self.call.get_outcome_display()))


@dataclass(frozen=True, slots=True)
class UnsavedText:
    """A text that was asked about and not saved then."""

    field: str
    sha256: str
    text: str
    is_cut: bool

    @property
    def label(self) -> str:
        return field_names.label(self.field)


def calls_of(runs: Sequence[Run]) -> list[CallView]:
    """The newest calls of an experiment's runs, in their order; two queries."""
    numbers = {run.id: run.number for run in runs}
    newest = Call.objects.filter(run__in=list(numbers)).select_related("profile").order_by("-id")
    calls = list(newest[:MAX_CALLS])[::-1]
    requests = Blob.objects.in_bulk({call.request_id for call in calls})
    return [
        _view(call, numbers[call.run_id], call.profile.display_name, requests.get(call.request_id or ""))
        for call in calls
    ]


def call_view(call: Call, *, number: int, name: str) -> CallView:
    """One call; one query for its request."""
    return _view(call, number, name, call.request)


def _view(call: Call, number: int, name: str, request: Blob | None) -> CallView:
    """A call with its request; one that was never sent has none."""
    return CallView(call, number, name, _object(request.text) if request else {})


def count_calls(runs: Sequence[Run], shown: Sequence[CallView]) -> int:
    """How many calls there are of all runs, where these are shown."""
    if len(shown) < MAX_CALLS:
        return len(shown)
    return Call.objects.filter(run__in=[run.id for run in runs]).count()


def unsaved_texts(experiment: Experiment) -> list[UnsavedText]:
    """The unsaved texts of its source; one query."""
    found = Blob.objects.in_bulk(set(experiment.unsaved.values()))
    return [
        UnsavedText(field, sha256, found[sha256].text[:MAX_SHOWN], len(found[sha256].text) > MAX_SHOWN)
        for field in field_names.in_order(set(experiment.unsaved))
        if (sha256 := experiment.unsaved[field]) in found
    ]


def _object(text: str) -> Mapping[str, Any]:
    found = parse(text)
    return found if isinstance(found, dict) else {}
