"""What a project's releases need: everybody reads it, owners set it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import ValidationFailed
from projects.access import Access, get_project
from projects.models import Status
from projects.permissions import allowed, may
from publishing import services
from publishing.models import Meaning
from publishing.policies import MAX_PEOPLE, Enforcement, rules_of
from workspace.decorators import PageRequest, page
from workspace.project_frame import frame_of
from workspace.releases.presentation import meaning_label
from workspace.releases.views import go_to
from workspace.settings.policy_gates import gate_rows, posted_gates

ENFORCEMENTS: Final = get_args(Enforcement)


@page("GET", "HEAD", "POST")
def policy(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the policy. POST: replace it."""
    if request.method == "POST":
        return _replace(request, project_id)
    access = get_project(user=request.user, project_id=project_id)
    return render(request, "workspace/policy.html", _context(request, access, rules_of(project_id).data()))


def _replace(request: PageRequest, project_id: UUID) -> HttpResponse:
    rules = _posted_rules(request, project_id)
    try:
        services.set_policy(caller=caller_from_request(request), project_id=project_id, rules=rules)
    except ValidationFailed as refusal:
        access = get_project(user=request.user, project_id=project_id)
        gates = gate_rows(rules["gates"], project_id=project_id, posted=request.POST)
        context = {**_context(request, access, rules), "gates": gates, "errors": refusal.errors}
        return render(request, "workspace/policy.html", context, status=refusal.status)
    messages.success(request, _("Policy saved. It applies to releases submitted from now on."))
    return go_to(request, reverse("workspace:policy", args=[project_id]))


def _context(request: PageRequest, access: Access, rules: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "frame": frame_of(access, user=request.user, tab="releases"),
        "project_id": access.project.id,
        "is_owner": may("policy.update", role=access.role),
        "may_edit": allowed("policy.update", role=access.role, status=Status(access.project.status)),
        "rules": rules,
        "meanings": [(each, meaning_label(each), rules["signatures"].get(each, 0)) for each in Meaning.values],
        "enforcements": [
            ("open_comments", _("Open comments"), rules["open_comments"], _enforcements()),
            ("open_tasks", _("Open tasks"), rules["open_tasks"], _enforcements()),
        ],
        "gates": gate_rows(rules.get("gates", {}), project_id=access.project.id),
        "most": MAX_PEOPLE,
        "errors": {},
    }


def _enforcements() -> list[tuple[str, str, str]]:
    words = {
        "ignore": (_("don't matter"), _("Nobody is warned.")),
        "warn": (_("show a warning"), _("Whoever submits or signs sees a warning.")),
        "block": (_("block the release"), _("It cannot be submitted or get its last signature.")),
    }
    return [(enforcement, *words[enforcement]) for enforcement in ENFORCEMENTS]


def _posted_rules(request: PageRequest, project_id: UUID) -> dict[str, Any]:
    """The form as the service reads policies; what is no number stays as it was typed, to be refused in words."""
    posted = request.POST
    return {
        "signatures": {each: typed_number(posted.get(f"people_{each}", "0")) for each in Meaning.values},
        "distinct_people": typed_number(posted.get("distinct_people", "0")),
        "author_may_approve": "author_may_approve" in posted,
        "open_comments": posted.get("open_comments", ""),
        "open_tasks": posted.get("open_tasks", ""),
        "gates": posted_gates(posted, project_id=project_id, before=rules_of(project_id).gates),
    }


def typed_number(text: str) -> int | str:
    """A whole number that was typed; anything else as it was typed."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text
