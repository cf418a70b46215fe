"""Who held a field: its leases, each with the versions saved under it (control c22)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import F, Func, TextField, Value

from audit.models import Event
from locking.events import lease_end_words
from locking.models import Lease
from projects import field_names

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Held:
    """One lease. `versions` are those whose text of the field was written under it."""

    lease: Lease
    why: str
    versions: list[int]


def fields_held(project_id: UUID) -> list[str]:
    """Every field that anybody ever held, in the order of all lists of fields."""
    return field_names.in_order(
        set(Lease.objects.of_project(project_id).order_by().values_list("field", flat=True).distinct())
    )


def holders(project_id: UUID, field: str, *, before: int = 0) -> tuple[list[Held], bool]:
    """A page of the field's leases, the newest first (`before`: older than that token), and whether there are more."""
    leases = Lease.objects.of_project(project_id).filter(field=field).select_related("user").order_by("-token")
    if before:
        leases = leases.filter(token__lt=before)
    found = list(leases[: PAGE + 1])
    page, versions = found[:PAGE], _versions(project_id, field, found[:PAGE])
    rows = [Held(lease, lease_end_words(lease.end_reason or ""), versions[lease.token]) for lease in page]
    return rows, len(found) > PAGE


def _versions(project_id: UUID, field: str, leases: Sequence[Lease]) -> dict[int, list[int]]:
    """The versions by token: a save names its tokens, a momentary lease is named by the event of its version."""
    versions: dict[int, list[int]] = defaultdict(list)
    tokens = [lease.token for lease in leases]
    saved = Event.objects.of_project(project_id).filter(action="draft.saved")
    named = saved.annotate(token=_token(field)).filter(token__in=[str(token) for token in tokens])
    for event in [*named, *saved.filter(seq__in=tokens)]:
        token = event.data.get("tokens", {}).get(field, event.seq)
        if event.data["version"] not in versions[token]:
            versions[token].append(event.data["version"])
    return versions


def _token(field: str) -> Func:
    """The token that a save named for the field."""
    record = Func(F("canonical"), template="(%(expressions)s)::jsonb", output_field=TextField())
    path = (Value("data"), Value("tokens"), Value(field))
    return Func(record, *path, function="jsonb_extract_path_text", output_field=TextField())
