"""The menu beside the project's name: which of the reader's own proposals the workspace is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects.access import get_project
from proposals.drift import Drift
from proposals.listing import proposal_bodies
from proposals.models import UNENDED, Proposal
from workspace.decorators import PageRequest, page

# Of one person at most 100 are private; the newest ones are what somebody switches between.
MAX_SHOWN = 50


@dataclass(frozen=True, slots=True)
class OwnProposal:
    """A row of the menu. `about`: its number, what it changes, and its state."""

    id: UUID
    number: int | None
    title: str
    about: str


@page()
def proposal_switch(request: PageRequest, project_id: UUID) -> HttpResponse:
    """The reader's own proposals that have not ended, the one that was written in last first."""
    access = get_project(user=request.user, project_id=project_id)
    own = Proposal.objects.of(request.user).filter(project=access.project.id, state__in=UNENDED)
    newest = list(own.order_by("-updated_at").values_list("id", flat=True)[:MAX_SHOWN])
    bodies = proposal_bodies(newest, project_id=access.project.id, user=request.user)
    rows = [OwnProposal(each["id"], each["number"], each["title"], _about(each)) for each in bodies]
    return render(
        request, "workspace/parts/proposal/switch_list.html", {"proposals": rows, "project_id": access.project.id}
    )


def _about(body: dict[str, Any]) -> str:
    facts = [f"P{body['number']}"] if body["number"] else []
    facts.append(", ".join(each["label"] for each in body["targets"]) or _("Nothing changed yet"))
    drifts = [each["drift"] for each in body["targets"]]
    choices = drifts.count(Drift.CHOICES)
    if choices:
        facts.append(ngettext("{n} field needs you", "{n} fields need you", choices).format(n=choices))
    elif Drift.CLEAN in drifts:
        facts.append(_("changed meanwhile, merges by itself"))
    approvals = body["approvals"]
    if approvals and approvals["needed"]:
        given = len(approvals["given"])
        facts.append(_("{given} of {needed} approvals").format(given=given, needed=approvals["needed"]))
    return " · ".join(facts)
