"""Kinds of links: the page that lists them, and its dialogs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Count
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import Conflict, DomainError, NotFound, ValidationFailed
from projects.access import Access, get_project
from stages.registers.models import Edge
from stages.registers.pages import schema_forms
from stages.registers.pages.frame import RELATIONS, register_context
from stages.registers.permissions import READ, WRITE
from stages.registers.reading.reader import Reader
from stages.registers.schema import Relation, Schema
from stages.registers.schema.linked import LINKED_TABLES, linked_table
from stages.registers.schema.spelling import relation_body
from stages.registers.services import tables as services
from workspace.decorators import PageRequest, page

_FIELDS: Final = ("title", "inverse", "source", "target")


@dataclass(frozen=True, slots=True)
class RelationRow:
    """A kind of links: from the records of which table to those of which, and how many links there are."""

    relation: Relation
    source: str
    target: str
    count: int


@page("GET", "HEAD")
def relations(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the kinds of links of a project."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    return render(request, "registers/relations.html", _context(request, access))


@page("GET", "HEAD", "POST")
def new_relation(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the form. POST `title, inverse, source, target`: a further kind of links."""
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    if request.method != "POST":
        return _form(request, access, None, {name: request.GET.get(name, "") for name in _FIELDS})
    schema = Reader(project_id).schema
    try:
        relation = _read(request.POST, schema)
        services.add_relation(
            caller=caller_from_request(request), project_id=project_id, relation=relation_body(relation)
        )
    except (ValidationFailed, Conflict) as refusal:
        return _form(request, access, None, _typed(request.POST), refusal)
    return redirect(relations_address(project_id))


@page("GET", "HEAD", "POST")
def change_relation(request: PageRequest, project_id: UUID, relation: str) -> HttpResponse:
    """GET: the form. POST `title, inverse`: change its words; with `remove` take it away, its links are kept."""
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    found = Reader(project_id).schema.relations.get(relation)
    if found is None:
        raise NotFound(_("There is no such kind of links."))
    if request.method != "POST":
        return _form(request, access, found, {"title": found.label, "inverse": found.inverse_label})
    caller = caller_from_request(request)
    try:
        if "remove" in request.POST:
            services.remove_relation(caller=caller, project_id=project_id, relation=relation)
        else:
            changes = {"title": _words(request.POST, "title"), "inverse": _words(request.POST, "inverse")}
            services.change_relation(caller=caller, project_id=project_id, relation=relation, changes=changes)
    except ValidationFailed as refusal:
        return _form(request, access, found, _typed(request.POST), refusal)
    return redirect(relations_address(project_id))


def relations_address(project_id: UUID) -> str:
    return reverse("registers:relations", args=[project_id])


def _read(post: QueryDict, schema: Schema) -> Relation:
    """The kind of links of the form. Raises `ValidationFailed`."""
    ends = {name: post.get(name, "") for name in ("source", "target")}
    missing = {name: [_("Choose a table.")] for name, facet in ends.items() if not facet}
    if missing:
        raise ValidationFailed(missing)
    title = _words(post, "title")
    name = schema_forms.name_from(title, schema.relations, "link")
    return Relation(name, title, _words(post, "inverse"), source=ends["source"], target=ends["target"])


def _words(post: QueryDict, name: str) -> str:
    words = post.get(name, "").strip()
    if not words:
        raise ValidationFailed({name: [_("Say it in a word or two.")]})
    return words


def _typed(post: QueryDict) -> dict[str, str]:
    return {name: post.get(name, "") for name in _FIELDS}


def _context(request: PageRequest, access: Access) -> dict[str, Any]:
    reader = Reader(access.project.id)
    context = register_context(request, access, here=RELATIONS, reader=reader)
    edges = Edge.objects.filter(project=access.project.id, shown=True).values_list("type")
    counts = dict(edges.annotate(n=Count("id")).order_by())
    rows = [
        RelationRow(each, _table(reader, each.source), _table(reader, each.target), counts.get(each.type, 0))
        for each in reader.schema.relations.values()
    ]
    return {**context, "rows": rows, "back": relations_address(access.project.id)}


def _table(reader: Reader, facet: str) -> str:
    if not facet:
        return _("any table")
    linked = linked_table(facet)
    return linked.label if linked is not None else reader.table(facet).label


def _form(
    request: PageRequest,
    access: Access,
    relation: Relation | None,
    values: Mapping[str, str],
    refusal: DomainError | None = None,
) -> HttpResponse:
    context = _context(request, access)
    schema = Reader(access.project.id).schema
    tables = [(each.facet, each.label) for each in schema.tables.values()]
    linked = [(facet, str(each.title)) for facet, each in LINKED_TABLES.items()]
    errors = refusal.errors if isinstance(refusal, ValidationFailed) else {}
    if refusal is not None and not errors:
        errors = {"title": [refusal.detail]}
    form = {
        "relation": relation,
        "values": values,
        "sources": tables,
        "targets": [*tables, *linked],
        "errors": errors,
        "dialog_part": "registers/dialogs/relation.html",
        "dialog_title": "relation-title",
    }
    return render(request, "registers/relations.html", {**context, **form}, status=400 if refusal else 200)
