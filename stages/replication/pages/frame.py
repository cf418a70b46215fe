"""What every page about the sites of a project shows, whatever dialog is over it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Final

from django.conf import settings
from django.db.models.functions import Now
from django.http import HttpResponse
from django.shortcuts import render

from kernel.errors import DomainError, ValidationFailed
from projects.access import Access
from projects.models import Status
from projects.permissions import allowed
from stages.replication.environment import SKEW
from stages.replication.models import Invitation
from stages.replication.pages.alarms import last_alarm, open_alarm
from stages.replication.pages.deciding import decisions_of
from stages.replication.pages.held_rows import held_list
from stages.replication.pages.nearby import sites_nearby
from stages.replication.pages.ring import icon_of, ring_of
from stages.replication.pages.sites_query import SitesQuery
from stages.replication.permissions import ADMIT, CHANGE_RIGHTS, DECIDE_HELD, INVITE, REVOKE, SYNC
from stages.replication.reading.held import read_held
from stages.replication.reading.site import Site, SiteState
from stages.replication.reading.sites import Sites, read_sites
from workspace.decorators import PageRequest
from workspace.htmx_action import refusal_text
from workspace.project_frame import frame_of
from workspace.releases.views import live_data
from workspace.script_texts import script_texts

PAGE: Final = "replication/sites.html"
# Whose state is worth looking at before others.
_FIRST: Final = (
    *(SiteState.DIFFERS, SiteState.INTRODUCED, SiteState.CATCHING_UP, SiteState.AWAY, SiteState.NEVER),
    *(SiteState.SAME, SiteState.REVOKED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """What is open over the page: its template, the id of its title, and its values; a secret is stored nowhere."""

    template: str
    values: dict[str, Any]
    title: str = "site-dialog-title"
    is_wide: bool = False
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class May:
    """What the page offers its reader; every service checks again."""

    invite: bool
    admit: bool
    change_rights: bool
    revoke: bool
    decide: bool
    sync: bool


def sites_page(
    request: PageRequest, access: Access, *, dialog: Dialog | None = None, problem: DomainError | None = None
) -> HttpResponse:
    """The page, with `?site=` chosen; `as=table` is the table instead of the ring. A refusal gives its status."""
    context = _context(request, access)
    if dialog is not None:
        context |= {
            "dialog_part": f"replication/dialogs/{dialog.template}.html",
            "dialog_title": dialog.title,
            "dialog_class": "dialog-wide" if dialog.is_wide else "",
            "back": context["here"],
            **_refused(problem, dialog),
            **dialog.values,
        }
    answer = render(request, PAGE, context, status=problem.status if problem is not None else 200)
    if dialog is not None and dialog.is_secret:
        answer["Cache-Control"] = "no-store"
    return answer


def _refused(problem: DomainError | None, dialog: Dialog) -> dict[str, Any]:
    """What is wrong, at the fields of the form; over it what is about none of them."""
    errors = problem.errors if isinstance(problem, ValidationFailed) else {}
    of_fields = {name: each for name, each in errors.items() if name in dialog.values}
    is_over = problem is not None and len(of_fields) < max(1, len(errors))
    return {"errors": of_fields, "problem": refusal_text(problem) if problem is not None and is_over else ""}


def _context(request: PageRequest, access: Access) -> dict[str, Any]:
    project = access.project
    # Before anything is read: whatever happens meanwhile, the page gets its event.
    live = live_data(request, project.id) | {"texts": script_texts()}
    sites = read_sites(project.id)
    query = SitesQuery.of(project.id, request.GET)
    chosen = _chosen(sites, query.site)
    held = read_held(project.id, query.held)
    return {
        "frame": frame_of(access, user=request.user, tab="sites"),
        "project_id": project.id,
        "sites": sites,
        "sameness": sites.sameness,
        "names": json.dumps({each.key: each.name for each in sites.all}),
        "chosen": chosen,
        "chosen_icon": icon_of(chosen) if chosen else "",
        "as_table": query.as_table,
        "ring": ring_of(sites, chosen.key if chosen else ""),
        "held": held,
        "held_list": held_list(held, query),
        "sites_query": query,
        "deciding": decisions_of(sites),
        "nearby": sites_nearby(project.id),
        "allowed_skew": getattr(settings, SKEW),
        "invitations": _open_invitations(access),
        "open_alarm": open_alarm(sites),
        "last_alarm": last_alarm(sites),
        "may": may_of(access),
        "here": query.address,
        "live": live,
    }


def may_of(access: Access) -> May:
    """What the reader may do about the sites of a project."""
    status = Status(access.project.status)
    actions = (INVITE, ADMIT, CHANGE_RIGHTS, REVOKE, DECIDE_HELD, SYNC)
    return May(*(allowed(action, role=access.role, status=status) for action in actions))


def _chosen(sites: Sites, wanted: str) -> Site | None:
    """The site that the address names, or else the one that there is most to say of; none where this one is alone."""
    named = sites.find(wanted) if wanted else None
    if named is not None:
        return named
    others = sites.all[1:]
    return min(others, key=lambda each: _FIRST.index(each.state), default=None)


def _open_invitations(access: Access) -> list[Invitation]:
    """Invitations that a site may still come by, for those who may withdraw them."""
    if not may_of(access).invite:
        return []
    good = Invitation.objects.filter(project=access.project, used_at=None, withdrawn_at=None, expires_at__gt=Now())
    return list(good.select_related("created_by"))


def again(dialog: Dialog, **posted: Any) -> Dialog:
    """The same dialog with what was typed."""
    return replace(dialog, values={**dialog.values, **posted})
