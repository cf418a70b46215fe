"""The pages of the copied record: at a glance, its versions, releases, and who held what."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kernel.errors import NotFound
from projects import field_names
from projects.fields import check_field_name
from stages.replication.home.live import CONTENT
from stages.replication.home.pages.frame import access_to_copy, field_rows, home_context
from stages.replication.home.projection.leases import newest_leases
from stages.replication.home.projection.overview import overview_of
from stages.replication.home.projection.releases import releases_of
from stages.replication.home.projection.versions import (
    CopiedVersion,
    fields_at,
    is_whole_at,
    newest_versions,
    version_of,
)
from stages.replication.home.signatures import notes_of, signatures_of
from stages.replication.home.texts import read_texts
from workspace.decorators import PageRequest, page
from workspace.history.line_counts import LineCounts, count_lines
from workspace.query_numbers import query_number

_AT_ONCE: Final = 50
_AT_A_GLANCE: Final = 5
_MAX_NUMBER: Final = 999_999_999
# A text has as many numbered lines on a page; the others follow without.
_MAX_LINES: Final = 5_000


@page()
def overview(request: PageRequest, project_id: UUID) -> HttpResponse:
    """How good the copy is, and what it says of the project now."""
    access = access_to_copy(request, project_id)
    context = home_context(request, access, current="overview")
    found = overview_of(project_id)
    versions = newest_versions(project_id, limit=_AT_A_GLANCE)
    leases = newest_leases(project_id, limit=3)
    context |= {
        "overview": found,
        "versions": versions,
        "counts": _line_counts(versions),
        "leases": leases,
        "held_fields": sorted({lease.field for lease in found.held}),
        "signatures": signatures_of(request.user, context["state"].home, found.release) if found.release else [],
    }
    return render(request, "replication/home/overview.html", context)


@page()
def versions(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`?before=<number>`: the versions of home, newest first."""
    access = access_to_copy(request, project_id)
    found = newest_versions(project_id, below=query_number(request.GET, "before"), limit=_AT_ONCE + 1)
    shown = found[:_AT_ONCE]
    context = {
        **home_context(request, access, current="versions"),
        "versions": shown,
        "counts": _line_counts(shown),
        "older": shown[-1].number if len(found) > _AT_ONCE else None,
    }
    return render(request, "replication/home/versions.html", context)


@page()
def version(request: PageRequest, project_id: UUID, number: int) -> HttpResponse:
    """`?field=`: one version of home, and the text of one of its fields, or that it is not here yet."""
    access = access_to_copy(request, project_id)
    shown = version_of(project_id, min(number, _MAX_NUMBER))
    held = fields_at(project_id, shown.seq) if shown.is_readable else {}
    field = request.GET.get("field", "")
    if field and check_field_name(field) not in held:
        raise NotFound(_("v{version} has no {field}.").format(version=number, field=field_names.label(field)))
    chosen = field or next(iter(held), "")
    context = home_context(request, access, current=f"field:{chosen}")
    context |= {
        "ephemerals": CONTENT,
        "version": shown,
        "is_whole": is_whole_at(project_id, shown.seq),
        "field_rows": field_rows(project_id, shown, held),
        "field": chosen,
        **_text_of(request, project_id, {chosen: held[chosen]} if chosen else {}),
    }
    return render(request, "replication/home/version.html", context)


@page()
def releases(request: PageRequest, project_id: UUID) -> HttpResponse:
    """The releases of home, newest first, with their signatures, whose seals are verified here."""
    access = access_to_copy(request, project_id)
    context = home_context(request, access, current="releases")
    return render(request, "replication/home/releases.html", {**context, "releases": releases_of(project_id)})


@page()
def release(request: PageRequest, project_id: UUID, release_id: UUID) -> HttpResponse:
    """One release of home, with its notes and its signatures."""
    access = access_to_copy(request, project_id)
    readable = (each for each in releases_of(project_id) if each.is_readable)
    shown = next((each for each in readable if each.id == str(release_id)), None)
    if shown is None:
        raise NotFound(_("The copy has no such release."))
    context = home_context(request, access, current="releases")
    context |= {
        "ephemerals": CONTENT,
        "release": shown,
        "signatures": signatures_of(request.user, context["state"].home, shown),
        "notes": notes_of(request.user, project_id, shown),
    }
    return render(request, "replication/home/release.html", context)


@page()
def leases(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`?before=<token>`: who held which field at home, newest first."""
    access = access_to_copy(request, project_id)
    found = newest_leases(project_id, below=query_number(request.GET, "before"), limit=_AT_ONCE + 1)
    shown = found[:_AT_ONCE]
    context = {
        **home_context(request, access, current="leases"),
        "leases": shown,
        "older": shown[-1].token if len(found) > _AT_ONCE else None,
    }
    return render(request, "replication/home/leases.html", context)


def _text_of(request: PageRequest, project_id: UUID, field: dict[str, str]) -> dict[str, Any]:
    """The lines of the one field that is shown; `text` is None while it is not here."""
    found = next(iter(read_texts(request.user, project_id, field)), None)
    text = found.text if found is not None else None
    lines = text.removesuffix("\n").split("\n") if text else []
    return {
        "text": text,
        "sha256": found.sha256 if found is not None else "",
        "lines": lines[:_MAX_LINES],
        "rest": "\n".join(lines[_MAX_LINES:]),
    }


def _line_counts(versions: list[CopiedVersion]) -> dict[int, LineCounts]:
    """How many lines each version added and removed; without those some text of which is not here."""
    counted = count_lines({pair for each in versions for pair in each.changes.values()})
    return {
        each.number: LineCounts(
            sum(counted[pair].added for pair in each.changes.values()),
            sum(counted[pair].removed for pair in each.changes.values()),
        )
        for each in versions
        if all(pair in counted for pair in each.changes.values())
    }
