"""The history of versions: the page, and the panel beside the editor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Func, Min, TextField
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from accounts.models import User
from drafts.comments.models import Comment
from drafts.models import Draft, DraftKind, DraftQuerySet
from drafts.reading import get_draft
from drafts.renames import Renames, versions_that_changed
from kernel.errors import ValidationFailed
from projects import field_names
from projects.access import Access, get_project
from projects.models import Project, Status
from projects.permissions import allowed
from publishing.models import Release, ReleaseState
from publishing.permissions import may_bundle
from workspace.decorators import PageRequest, page
from workspace.history.line_counts import LineCounts, line_counts
from workspace.history.made_from import MadeFrom, made_from
from workspace.history.release_markers import releases_by_version
from workspace.history.version_map import version_map
from workspace.project_frame import frame_of
from workspace.query_numbers import query_number, query_numbers
from workspace.releases.presentation import ReleaseView
from workspace.replicas import page_instead

PANEL_VERSIONS = 30
PAGE_VERSIONS = 30
# More rows than this make a page of their own.
MAX_PAGE_VERSIONS = 300
# A row names this many of its fields, and counts the others.
MAX_ROW_FIELDS = 8


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of the page."""

    draft: Draft
    counts: LineCounts | None
    is_current: bool
    is_picked: bool
    comments: int
    releases: list[ReleaseView]
    made_from: MadeFrom | None

    @property
    def fields(self) -> list[tuple[str, str | None]]:
        """The fields that it changed, the first few of them; with each renamed file its former name."""
        return self.draft.changes[:MAX_ROW_FIELDS]

    @property
    def paths(self) -> dict[str, str]:
        """How each of these fields is named in the row."""
        return field_names.distinct_paths(name for name, _ in self.fields)

    @property
    def more_fields(self) -> list[str]:
        return [name for name, _ in self.draft.changes[MAX_ROW_FIELDS:]]

    @property
    def signatures(self) -> int:
        return sum(len(view.signatures) for view in self.releases)


@page()
def history(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`?author=&field=&kind=&before=&rows=60&pick=`: versions, newest first; `rows` of them, thirty if it is left out.

    The picks are in the address, whether or not their rows are on the page.
    """
    access = get_project(user=request.user, project_id=project_id)
    if instead := page_instead(access, request.user):
        return redirect(instead)
    frame = frame_of(access, user=request.user, tab="history")
    versions = Draft.objects.of_project(project_id)
    filters = {name: request.GET.get(name, "") for name in ("author", "field", "kind")}
    found = _filtered(versions, filters, access.project)
    before = query_number(request.GET, "before")
    if before is not None:
        found = found.filter(version_number__lt=before)
    rows = min(max(query_number(request.GET, "rows") or PAGE_VERSIONS, PAGE_VERSIONS), MAX_PAGE_VERSIONS)
    drafts = list(found.select_related("author")[: rows + 1])
    more = len(drafts) > rows
    drafts = drafts[:rows]
    counts = line_counts(project_id, drafts)
    thread_counts = _thread_counts(project_id, drafts)
    releases = releases_by_version(project_id, drafts)
    origins = made_from(drafts)
    picked = query_numbers(request.GET, "pick")[:2]
    facts = versions.order_by().aggregate(total=Count("id"), since=Min("created_at"))
    context: dict[str, Any] = {
        "frame": frame,
        "rows": [
            VersionRow(
                draft,
                counts.get(draft.version_number),
                draft.version_number == frame.version,
                draft.version_number in picked,
                thread_counts.get(draft.version_number, 0),
                releases.get(draft.version_number, []),
                origins.get(draft.id),
            )
            for draft in drafts
        ],
        "map": version_map(drafts, request, releases),
        "may_bundle": may_bundle(request.user, access.role),
        "released": Release.objects.of_project(project_id).filter(state=ReleaseState.RELEASED).count(),
        "older": _older(request, rows, drafts[-1]) if more else None,
        "picked": picked,
        "picked_elsewhere": sorted(set(picked) - {draft.version_number for draft in drafts}),
        "total": facts["total"],
        "since": facts["since"],
        "filters": filters,
        "is_filtered": any(filters.values()),
        "authors": User.objects.filter(pk__in=versions.order_by().values("author")).order_by("display_name"),
        "fields": field_names.in_order(set(changed_ever(versions))),
        "kinds": DraftKind.choices,
        "project_id": project_id,
        "may_restore": may_restore(access),
    }
    return render(request, "workspace/history.html", context)


def _older(request: PageRequest, rows: int, last: Draft) -> str:
    """The address of the same page with more rows, or of the next page where this one is full."""
    query = request.GET.copy()
    if rows < MAX_PAGE_VERSIONS:
        query["rows"] = str(rows + PAGE_VERSIONS)
    else:
        query["before"] = str(last.version_number)
        query.pop("rows", None)
    return f"?{query.urlencode()}"


@page()
def distance(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`?pick=9&pick=15`: how many fields of two versions differ, and how far apart they are."""
    get_project(user=request.user, project_id=project_id)
    picks = sorted(set(query_numbers(request.GET, "pick")))
    if len(picks) != 2:
        raise ValidationFailed({"pick": [_("Select two versions.")]})
    base, target = (get_draft(project_id=project_id, version=pick) for pick in picks)
    renamed = Renames.of_project(project_id).other_names(base.fields, of=picks[0], version=picks[1])
    before = dict.fromkeys(target.fields) | {renamed.get(name, name): content for name, content in base.fields.items()}
    later = set(renamed.values())
    differ = sum(name in later or before[name] != target.fields.get(name) for name in before)
    apart = timesince(base.created_at, target.created_at, depth=1)
    if target.created_at - base.created_at < timedelta(minutes=1):
        apart = _("less than a minute")
    context = {"differ": differ, "total": len(before), "apart": apart}
    return render(request, "workspace/parts/versions_apart.html", context)


@page()
def panel(request: PageRequest, project_id: UUID) -> HttpResponse:
    """The newest versions, for the side of the workspace."""
    access = get_project(user=request.user, project_id=project_id)
    context = {"frame": {"project": access.project}, **panel_values(access)}
    return render(request, "workspace/parts/history_panel.html", context)


def panel_values(access: Access) -> dict[str, Any]:
    """What the panel shows."""
    project_id = access.project.id
    versions = Draft.objects.of_project(project_id)
    newest = list(versions.select_related("author").defer("files")[:PANEL_VERSIONS])
    thread_counts = _thread_counts(project_id, newest)
    origins = made_from(newest)
    return {
        "project_id": project_id,
        "versions": [(draft, thread_counts.get(draft.version_number, 0), origins.get(draft.id)) for draft in newest],
        "versions_total": newest[0].version_number if newest else 0,
        "may_restore": may_restore(access),
    }


def may_restore(access: Access) -> bool:
    """Whether the page offers revert, undo and redo."""
    return allowed("draft.revert", role=access.role, status=Status(access.project.status))


def _thread_counts(project_id: UUID, drafts: list[Draft]) -> dict[int, int]:
    """How many comment threads each of these versions has, without withdrawn ones."""
    threads = Comment.objects.threads(project_id)
    counted = threads.counted_by_version([draft.version_number for draft in drafts])
    return {version: sum(states.values()) - states.get("withdrawn", 0) for version, states in counted.items()}


def changed_ever(versions: DraftQuerySet) -> Iterable[str]:
    """The name of every field that any version changed."""
    names = Func(F("changed_fields"), function="unnest", output_field=TextField())
    return versions.order_by().annotate(name=names).values_list("name", flat=True).distinct()


def _filtered(versions: DraftQuerySet, filters: dict[str, str], project: Project) -> DraftQuerySet:
    if filters["author"]:
        versions = versions.filter(author__username=filters["author"])
    if filters["field"]:
        newest = project.current_draft.version_number if project.current_draft else 0
        versions = versions.filter(versions_that_changed(filters["field"], project_id=project.id, version=newest))
    if filters["kind"] in DraftKind.values:
        versions = versions.filter(kind=filters["kind"])
    return versions
