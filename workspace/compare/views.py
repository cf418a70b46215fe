"""Comparing any two versions; every comparison has its own address."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from drafts.compare.lines import TextLines
from drafts.compare.rows import SplitRow
from drafts.compare.text import Row
from drafts.models import Draft
from drafts.reading import get_draft, texts_of
from kernel.errors import NotFound, ValidationFailed
from projects.access import get_project
from projects.fields import check_field_name
from workspace.compare.reviewing import reviewing_context
from workspace.compare.rows import compare_drafts
from workspace.compare.sides import Sides
from workspace.decorators import PageRequest, page
from workspace.history.made_from import made_from
from workspace.project_frame import frame_of
from workspace.query_numbers import query_number, query_numbers

VIEWS = ("split", "unified")
# What the two lists of versions offer; an older one is reached through the history.
MAX_VERSIONS = 200


@page()
def compare(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`?base=14&target=15[&field=[&after=]][&view=unified]`, or the two picks of the history.

    With `part=<number>` the named field alone, under that number, as part of another page.
    """
    access = get_project(user=request.user, project_id=project_id)
    if request.GET.getlist("pick"):
        return _from_picks(request, project_id)
    frame = frame_of(access, user=request.user, tab="history")
    target = get_draft(project_id=project_id, version=_number(request, "target", frame.version))
    base = get_draft(project_id=project_id, version=_number(request, "base", max(target.version_number - 1, 1)))
    field = request.GET.get("field")
    comparison = compare_drafts(
        base,
        target,
        reader=request.user.id,
        only=check_field_name(field) if field else None,
        after=query_number(request.GET, "after") or 0,
    )
    versions = Draft.objects.of_project(project_id).select_related("author").defer("files")
    context = {
        "frame": frame,
        "base": base,
        "target": target,
        "made_from": made_from([target]).get(target.id),
        "sides": Sides.of_versions(base, target),
        "view": view_of(request),
        "field": field,
        "comparison": comparison,
        "versions": versions[:MAX_VERSIONS],
        **reviewing_context(access, request.user, base, target, comparison),
    }
    part = query_number(request.GET, "part")
    if part is not None and comparison.fields:
        context |= {"field": comparison.fields[0], "number": part, "is_part": True}
        return render(request, "workspace/parts/compare_field.html", context)
    return render(request, "workspace/compare.html", context)


@page()
def fold(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`?base=&field=&old=1&new=1&count=16&view=`: equal lines that were folded away."""
    get_project(user=request.user, project_id=project_id)
    draft = get_draft(project_id=project_id, version=_number(request, "base", 0))
    return fold_page(request, texts_of([draft], check_field_name(request.GET.get("field")))[0], place="old")


def fold_page(
    request: HttpRequest, text: str, *, place: str, context: Mapping[str, Any] = MappingProxyType({})
) -> HttpResponse:
    """The equal lines of a fold, from the text of one side; `place` is that side, old or new."""
    starts = {name: _number(request, name, 0) for name in ("old", "new", "count")}
    old, new, first = starts["old"], starts["new"], starts[place] - 1
    lines = TextLines.of(text).lines[first : first + starts["count"]]
    rows = [Row("equal", old + at, new + at, line) for at, line in enumerate(lines)]
    block = {"rows": [SplitRow(row, row) for row in rows], "unified": rows, "is_change": False}
    values = {**context, "block": block, "view": view_of(request)}
    return render(request, "workspace/parts/compare_block.html", values)


def _from_picks(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """The history's form sends two picked versions, in any order."""
    picks = sorted(set(query_numbers(request.GET, "pick")))
    if len(picks) != 2:
        raise ValidationFailed({"pick": [_("Select two versions.")]})
    address = reverse("workspace:compare", args=[project_id])
    return redirect(f"{address}?{urlencode({'base': picks[0], 'target': picks[1]})}")


def view_of(request: HttpRequest) -> str:
    """The layout that the address names."""
    wanted = request.GET.get("view", "")
    return wanted if wanted in VIEWS else VIEWS[0]


def _number(request: HttpRequest, name: str, default: int) -> int:
    found = query_number(request.GET, name)
    if found is None and not default:
        raise NotFound(_("There is no version to compare yet."))
    return default if found is None else found
