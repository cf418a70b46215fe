"""Comparing two versions of home; every comparison has its own address."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from projects.fields import check_field_name
from stages.replication.home.comparing import CopiedComparison, compare_versions
from stages.replication.home.live import CONTENT
from stages.replication.home.pages.frame import access_to_copy, home_context
from stages.replication.home.projection.versions import fields_at, newest_versions, readable_version
from stages.replication.home.texts import read_texts
from workspace.compare.rows import MAX_ROWS, comparison_view
from workspace.compare.sides import Sides
from workspace.compare.views import fold_page, view_of
from workspace.decorators import PageRequest, page
from workspace.query_numbers import query_number

_MAX_NUMBER: Final = 999_999_999
# What the two lists of versions offer.
_MAX_VERSIONS: Final = 200


@page()
def compare(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`?base=&target=[&field=[&after=]][&view=unified]`: what differs between two versions of home."""
    access = access_to_copy(request, project_id)
    context = home_context(request, access, current="compare")
    versions = [each for each in newest_versions(project_id, limit=_MAX_VERSIONS) if each.is_readable]
    if not versions:
        return render(request, "replication/home/compare.html", context)
    target = min(query_number(request.GET, "target") or versions[0].number, _MAX_NUMBER)
    before = next((each.number for each in versions if each.number < target), target)
    base = min(query_number(request.GET, "base") or before, _MAX_NUMBER)
    field = request.GET.get("field")
    found = compare_versions(
        request.user,
        project_id,
        base,
        target,
        field=check_field_name(field) if field else None,
        after=query_number(request.GET, "after") or 0,
        rows=MAX_ROWS,
    )
    context |= {
        "ephemerals": CONTENT,
        "found": found,
        "sides": _sides(project_id, found),
        "comparison": comparison_view(found.comparison) if found.comparison is not None else None,
        "view": view_of(request),
        "versions": versions,
    }
    return render(request, "replication/home/compare.html", context)


@page()
def fold(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`?base=&field=&old=1&new=1&count=16&view=`: equal lines that were folded away."""
    access_to_copy(request, project_id)
    base = readable_version(project_id, min(query_number(request.GET, "base") or 0, _MAX_NUMBER))
    name = check_field_name(request.GET.get("field"))
    held = fields_at(project_id, base.seq)
    texts = read_texts(request.user, project_id, {name: held[name]} if name in held else {})
    return fold_page(request, (texts[0].text if texts else None) or "", place="old")


def _sides(project_id: UUID, found: CopiedComparison) -> Sides:
    """What the two versions are called, and where their equal lines are fetched from."""
    old, new = found.base.number, found.target.number
    fold_address = f"{reverse('replication_home:compare_fold', args=[project_id])}?{urlencode({'base': old})}"
    return Sides(f"v{old}", f"v{new}", urlencode({"base": old, "target": new}), fold_address)
