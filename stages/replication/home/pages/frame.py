"""What every page of the copied record shows: how good the copy is, and the rail with what there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from projects import field_names
from projects.access import Access, get_project
from projects.models import Status
from projects.permissions import allowed
from stages.replication.home.live import CONTENT, RECORD
from stages.replication.home.projection.leases import count_leases
from stages.replication.home.projection.releases import count_releases
from stages.replication.home.projection.versions import CopiedVersion, count_versions, fields_at, newest_versions
from stages.replication.home.state import require_replica, state_of
from stages.replication.permissions import SYNC
from workspace.decorators import PageRequest
from workspace.project_frame import frame_of
from workspace.releases.views import live_data
from workspace.script_texts import script_texts

# What a page is written again for: more of the record, links that come and go; or only a text that it waits for.
RECORD_AND_LINKS: Final = f"{RECORD} {CONTENT} sync.connected sync.disconnected"
# Linked sites say twice a minute what they have.
_NOW: Final = 2


@dataclass(frozen=True, slots=True)
class RailRow:
    """A row of the rail: where it leads, and a number or words beside it."""

    key: str
    label: str
    icon: str
    address: str
    note: str = ""


def access_to_copy(request: PageRequest, project_id: UUID) -> Access:
    """The replica as its reader sees it. Raises `NotFound`, also for a project that is at home here."""
    access = get_project(user=request.user, project_id=project_id)
    require_replica(access.project)
    return access


def home_context(request: PageRequest, access: Access, *, current: str) -> dict[str, Any]:
    """What every page shows; `current` is the key of the row of the rail that is open."""
    project = access.project
    # Before anything is read: whatever happens meanwhile, the page gets its event.
    live = live_data(request, project.id) | {"texts": script_texts()}
    state = state_of(project.id)
    newest = next(iter(newest_versions(project.id, limit=1)), None)
    held = fields_at(project.id)
    return {
        "frame": frame_of(access, user=request.user, tab="home"),
        "project_id": project.id,
        "state": state,
        "age": age_in_words(state.as_of),
        "unsealed": state.seq - state.verified,
        "sync_address": reverse("replication:sync", args=[project.id, state.home.key_text]),
        "newest": newest,
        "held": held,
        "rail": rail_of(project.id, newest),
        "field_rows": field_rows(project.id, newest, held),
        "current": current,
        "may_sync": allowed(SYNC, role=access.role, status=Status(project.status)),
        "ephemerals": RECORD_AND_LINKS,
        "live": live,
    }


def age_in_words(as_of: datetime | None) -> str:
    """How old a copy is whose newest news is from that moment: now, minutes, hours, or days."""
    minutes = int((timezone.now() - as_of).total_seconds() // 60) if as_of is not None else 0
    if minutes < _NOW:
        return _("now")
    if minutes < 2 * 60:
        return _("{n} min old").format(n=minutes)
    if minutes < 2 * 24 * 60:
        return _("{n} h old").format(n=minutes // 60)
    return _("{n} days old").format(n=minutes // (24 * 60))


def rail_of(project_id: UUID, newest: CopiedVersion | None) -> list[RailRow]:
    """The pages, with how much there is of each."""
    counts = {
        "versions": count_versions(project_id),
        "releases": count_releases(project_id),
        "leases": count_leases(project_id),
    }
    rows = (
        ("overview", _("Overview"), "layers"),
        ("versions", _("Versions"), "history"),
        ("compare", _("Compare"), "git-compare-arrows"),
        ("releases", _("Releases"), "snowflake"),
        ("leases", _("Who held what"), "lock"),
    )
    return [
        RailRow(
            key,
            label,
            icon,
            reverse(f"replication_home:{key}", args=[project_id]),
            f"{counts[key]:,}" if key in counts else "",
        )
        for key, label, icon in rows
    ]


def field_rows(project_id: UUID, version: CopiedVersion | None, held: dict[str, str]) -> list[RailRow]:
    """The texts of a version."""
    if version is None or not version.is_readable:
        return []
    paths = field_names.distinct_paths(held)
    page = reverse("replication_home:version", args=[project_id, version.number])
    return [
        RailRow(f"field:{name}", paths[name], field_names.icon(name), f"{page}?{urlencode({'field': name})}")
        for name in held
    ]
