"""The page of a view that is a module's own code: what it asks for while it is off, and the view once it is on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from kernel.errors import DomainError
from projects.access import Access
from projects.models import Status
from projects.permissions import allowed
from stages.automation.executing.grants import Grants
from stages.automation.foreign.views import ForeignView, find_view, switch_of
from stages.automation.pages.foreign_rows import grant_rows
from stages.automation.pages.frame import automation_context
from stages.automation.permissions import SWITCH_VIEW
from stages.automation.reading.staged import StagedGroup, staged_groups
from stages.automation.services.views import staged_by_view
from stages.registers.permissions import WRITE
from stages.registers.reading.reader import Reader
from workspace.decorators import PageRequest


def page(request: PageRequest, access: Access, module: str, name: str) -> HttpResponse:
    """GET `?grants`: the view, or what it asks for."""
    return show_view(request, access, module, name)


def show_view(
    request: PageRequest, access: Access, module: str, name: str, *, problem: DomainError | None = None
) -> HttpResponse:
    """The page of a view; with a `problem`, or with `?grants`, what it may read and propose."""
    project_id = access.project.id
    reader = Reader(project_id)
    view = find_view(project_id, request.user, module, name, reader=reader)
    switch = switch_of(project_id, view)
    context = automation_context(request, access, current=f"views/{view.full_name}", reader=reader)
    values: dict[str, Any] = {"view": view, "switch": switch, "here": here(project_id, view), "problem": problem}
    if switch is None or problem is not None or "grants" in request.GET:
        granted = Grants.of(switch.grants) if switch is not None else Grants()
        may_switch = allowed(SWITCH_VIEW, role=access.role, status=Status(access.project.status))
        values |= {"wishes": grant_rows(reader.schema, view.asks, granted), "may_switch": may_switch}
        status = problem.status if problem is not None else 200
        return render(request, "automation/views/off.html", {**context, **values}, status=status)
    grants = Grants.of(switch.grants)
    rows = [each for each in grant_rows(reader.schema, view.asks, grants) if each.is_granted]
    values |= {
        "granted": json.dumps(names_of_grants(grants)),
        "grants": rows,
        **staged_context(request.user, access, view, reader),
    }
    return render(request, "automation/views/foreign.html", {**context, **values})


def staged_context(user: User, access: Access, view: ForeignView, reader: Reader | None = None) -> dict[str, Any]:
    """What the part shows that a view has staged for somebody."""
    project = access.project
    proposal = staged_by_view(user, project.id, view.module.name, view.name)
    if proposal is None:
        return {"proposal": None}
    groups = staged_groups(project.id, proposal, reader=reader)
    status = Status(project.status)
    may_commit = all(allowed(each, role=access.role, status=status) for each in ("proposal.accept", WRITE))
    return {
        "proposal": proposal,
        "groups": groups,
        "count": count_of(groups),
        "may_commit": may_commit,
    }


def count_of(groups: Sequence[StagedGroup]) -> int:
    """How many changes people see: the rows, and records that come or go without any."""
    return sum(len(each.rows) or 1 for each in groups)


def names_of_grants(grants: Grants) -> list[str]:
    """What a view may read, as its page follows it: tables, `relation:…`, `field:…`."""
    found = (each if ":" in each else each.partition(".")[0] for each in (*grants.read, *grants.write))
    return list(dict.fromkeys(found))


def here(project_id: UUID, view: ForeignView) -> dict[str, str]:
    """The addresses of a view's page, of its acts, and of what its page asks for it."""
    arguments = [project_id, view.module.name, view.name]
    names = {
        "page": "automation:view",
        "switch": "automation:switch_view",
        "staged": "automation:staged_by_view",
        "commit": "automation:commit_staged",
        "discard": "automation:discard_staged",
        "api": "api_view",
    }
    return {each: reverse(name, args=arguments) for each, name in names.items()} | {
        "frame": reverse("automation:view_frame")
    }


def view_texts() -> dict[str, str]:
    """The words of the script of the page."""
    return {
        "views.starting": str(_("Starting")),
        "views.running": str(_("Running")),
        "views.ended": str(_("Ended")),
        "views.silent": str(_("The view did not answer for two seconds.")),
        "views.flood": str(_("The view sent more than 1,000 messages in a second.")),
        "views.size": str(_("The view sent more than fits into a message.")),
        "views.error": str(_("The view failed.")),
        "views.frame": str(_("The view did not load.")),
        "views.drawing": str(_("The view drew something that views cannot draw:")),
        "views.other_text": str(_("The view has another text by now. Load the page again.")),
        "views.offline": str(_("The server did not answer.")),
        "views.refused": str(_("The server refused the request.")),
    }
