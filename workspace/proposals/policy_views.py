"""What a project's proposals need before they are accepted: everybody reads it in the settings, owners set it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import ValidationFailed
from projects.access import get_project
from projects.models import Status
from projects.permissions import allowed
from publishing import services
from publishing.policies import MAX_PEOPLE, Enforcement, rules_of
from publishing.proposal_policy import MAX_DAYS, proposal_policy_of
from workspace.decorators import PageRequest, page
from workspace.sections import SectionContext
from workspace.settings.policy_views import typed_number
from workspace.settings.views import settings_page

SECTION: Final = "proposals"


@page("POST")
def policy(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`approvals, author_may_approve, open_comments, days`: replace the policy for proposals."""
    access = get_project(user=request.user, project_id=project_id)
    wanted = _posted(request)
    rules = {**rules_of(project_id).data(), "proposals": wanted}
    try:
        services.set_policy(caller=caller_from_request(request), project_id=project_id, rules=rules)
    except ValidationFailed as refusal:
        errors = {name.removeprefix("proposals."): words for name, words in refusal.errors.items()}
        again = {SECTION: {"proposal_rules": wanted, "proposal_errors": errors}}
        return settings_page(request, access, again=again, status=refusal.status)
    messages.success(request, _("Policy for proposals saved."))
    return redirect("workspace:settings", project_id=project_id)


def policy_values(context: SectionContext) -> Mapping[str, Any]:
    """What the section of the settings shows."""
    access = context.access
    assert access is not None
    status = Status(access.project.status)
    return {
        "proposal_rules": proposal_policy_of(access.project.id).data(),
        "may_set_policy": allowed("policy.update", role=access.role, status=status),
        "most_people": MAX_PEOPLE,
        "most_days": MAX_DAYS,
        "enforcements": _enforcements(),
    }


def _enforcements() -> list[tuple[str, str, str]]:
    words = {
        "ignore": (_("don't matter"), _("Nobody is warned.")),
        "warn": (_("show a warning"), _("Whoever accepts sees how many are open.")),
        "block": (_("block the acceptance"), _("It cannot be accepted while one is open.")),
    }
    return [(enforcement, *words[enforcement]) for enforcement in get_args(Enforcement)]


def _posted(request: HttpRequest) -> dict[str, Any]:
    """The form as the service reads it; what is no number stays as it was typed, to be refused in words."""
    posted = request.POST
    return {
        "approvals": typed_number(posted.get("approvals", "0")),
        "author_may_approve": "author_may_approve" in posted,
        "open_comments": posted.get("open_comments", ""),
        "days": typed_number(posted.get("days", "0")),
    }
