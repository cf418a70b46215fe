"""Foreign views over REST: what their page asks for them, with the rights of the person who looks at it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.request import Request

from projects.access import get_project
from projects.rest import ProjectView
from rest.schema import operation
from stages.automation.api import foreign_serializers as shapes
from stages.automation.executing.grants import Grants
from stages.automation.foreign import reading
from stages.automation.foreign.views import SwitchedView, find_view, switch_of, switched_view
from stages.automation.permissions import READ
from stages.automation.services import views as services
from stages.registers.permissions import READ as READ_REGISTERS
from stages.registers.reading.reader import Reader


class ForeignViewView(ProjectView):
    @operation("views_read", answer=shapes.ForeignViewInfo)
    def get(self, request: Request, project_id: UUID, module: str, name: str) -> HttpResponseBase:
        """A foreign view: whether it is on, what it asks for, and the tables that it may read."""
        get_project(user=self.user(), project_id=project_id, action=READ)
        return self.answer(view_body(self, project_id, module, name))


class ForeignViewSourceView(ProjectView):
    @operation("views_source", answer=shapes.ViewSource)
    def get(self, request: Request, project_id: UUID, module: str, name: str) -> HttpResponseBase:
        """The text of a foreign view, which runs nowhere but in its frame."""
        get_project(user=self.user(), project_id=project_id, action=READ)
        view = find_view(project_id, self.user(), module, name)
        return self.answer({"sha256": view.sha256, "source": view.source})


class SwitchViewView(ProjectView):
    @operation("views_switch", takes=shapes.ViewSwitch, answer=shapes.ForeignViewInfo, repeatable=True)
    def put(self, request: Request, project_id: UUID, module: str, name: str) -> HttpResponseBase:
        """Switch a view on in the text of this hash, with what it may read and propose, or off."""
        data = self.body(shapes.ViewSwitch)
        services.switch_view(caller=self.caller(), project_id=project_id, module=module, name=name, **data)
        return self.answer(view_body(self, project_id, module, name))


class ViewRowsView(ProjectView):
    @operation("views_rows", takes=shapes.RowsAsked, answer=shapes.ViewRows)
    def post(self, request: Request, project_id: UUID, module: str, name: str) -> HttpResponseBase:
        """Rows of a table that the view may read. `not_granted` names what it may not."""
        data = self.body(shapes.RowsAsked)
        grants = _switched(self, project_id, module, name, data).grants
        return self.answer(_page(reading.read_rows(Reader(project_id), grants, **data)))


class ViewLinksView(ProjectView):
    @operation("views_links", takes=shapes.LinksAsked, answer=shapes.ViewRows)
    def post(self, request: Request, project_id: UUID, module: str, name: str) -> HttpResponseBase:
        """Links of a kind that the view may read: `id`, `from`, `to`, `properties`."""
        data = self.body(shapes.LinksAsked)
        grants = _switched(self, project_id, module, name, data).grants
        return self.answer(_page(reading.read_links(Reader(project_id), grants, **data)))


class ViewTextView(ProjectView):
    @operation("views_text", takes=shapes.TextAsked, answer=shapes.ViewText)
    def post(self, request: Request, project_id: UUID, module: str, name: str) -> HttpResponseBase:
        """The current text of a field that the view may read."""
        data = self.body(shapes.TextAsked)
        grants = _switched(self, project_id, module, name, data).grants
        return self.answer({"text": reading.read_text(project_id, grants, **data)})


class ProposeByViewView(ProjectView):
    write_action = "proposal.stage"

    @operation("views_propose", takes=shapes.ProposeByView, answer=shapes.ProposedByView)
    def post(self, request: Request, project_id: UUID, module: str, name: str) -> HttpResponseBase:
        """Stage changes for a view, in a private proposal of the caller's. Nothing is staged of what is refused."""
        data = self.body(shapes.ProposeByView)
        found = services.propose_by_view(caller=self.caller(), project_id=project_id, module=module, name=name, **data)
        proposal = str(found.proposal.id) if found.proposal is not None else None
        return self.answer({"proposal_id": proposal, "count": found.count, "made": found.made})


def view_body(rest: ProjectView, project_id: UUID, module: str, name: str) -> dict[str, Any]:
    reader = Reader(project_id)
    view = find_view(project_id, rest.user(), module, name, reader=reader)
    switch = switch_of(project_id, view)
    grants = Grants.of(switch.grants) if switch is not None else Grants()
    return {
        "module": view.module.name,
        "version": view.module.version,
        "name": view.name,
        "title": view.label,
        "sha256": view.sha256,
        "is_on": switch is not None,
        "is_conflicted": view.in_conflict,
        "asks": _grants(view.asks),
        "grants": _grants(grants),
        "tables": reading.granted_tables(reader.schema, grants),
    }


def _switched(rest: ProjectView, project_id: UUID, module: str, name: str, data: dict[str, Any]) -> SwitchedView:
    """The view that asks, taken out of its request. Raises as `switched_view`."""
    for action in (READ, READ_REGISTERS):
        get_project(user=rest.user(), project_id=project_id, action=action)
    return switched_view(project_id, rest.user(), module, name, data.pop("sha256"))


def _page(page: reading.Page) -> dict[str, Any]:
    return {"rows": page.rows, "next": page.following}


def _grants(grants: Grants) -> dict[str, list[str]]:
    return {"read": list(grants.read), "write": list(grants.write)}
