"""What an owner decides about a site: admit it, change its rights, revoke it, or follow who has revoked it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.callers import Caller, caller_from_request
from kernel.errors import NotFound
from stages.replication.admission.services import (
    admit_site,
    change_rights,
    follow_revocation,
    revoke_site,
    sync_site,
)
from stages.replication.choices import Rights
from stages.replication.models import Peer
from stages.replication.pages.acting import allowed_access, ask
from stages.replication.pages.frame import Dialog
from stages.replication.pages.sites_query import SitesQuery
from stages.replication.permissions import ADMIT, CHANGE_RIGHTS, REVOKE, SYNC
from stages.replication.reading.site import Site, in_groups
from stages.replication.reading.sites import read_sites
from workspace.decorators import PageRequest, page


@page("GET", "HEAD", "POST")
def admit(request: PageRequest, project_id: UUID, key: str) -> HttpResponse:
    """`?address=` of a site that was found in the network. POST `rights, copies, address, name`: admit it."""
    access = allowed_access(request, project_id, ADMIT)
    site = read_sites(project_id).find(key)
    peer = site.peer if site is not None else None
    if peer is None and "address" not in request.GET and request.method != "POST":
        raise NotFound(_("There is no such site."))
    posted: dict[str, Any] = {
        "rights": request.POST.get("rights", Rights.WRITES),
        "copies": request.POST.get("copies") == "on",
        "address": request.POST.get("address", request.GET.get("address", peer.address if peer else "")).strip(),
        "name": request.POST.get("name", peer.name if peer else "").strip(),
    }
    values: dict[str, Any] = {"site": site, "key": key, "fingerprint": in_groups(key), "choices": Rights.choices}
    dialog = Dialog(template="admit", values={**values, **posted}, is_wide=True)

    def act(caller: Caller) -> str:
        admitted = admit_site(caller=caller, project_id=project_id, key=key, **posted)
        return _("{site} is admitted.").format(site=admitted)

    return ask(request, access, dialog, act, site=key, **posted)


@page("GET", "HEAD", "POST")
def rights(request: PageRequest, project_id: UUID, key: str) -> HttpResponse:
    """POST `rights, copies, address, reason`: change what an admitted site may do, and where it is dialled."""
    access = allowed_access(request, project_id, CHANGE_RIGHTS)
    site, peer = _known(project_id, key)
    is_sent = request.method == "POST"
    posted: dict[str, Any] = {
        "rights": request.POST.get("rights", peer.rights),
        "copies": request.POST.get("copies") == "on" if is_sent else peer.copies,
        "address": request.POST.get("address", peer.address).strip(),
        "reason": request.POST.get("reason", ""),
    }
    unconfirmed = peer.address if peer.address_unconfirmed else ""
    values = {"site": site, "choices": Rights.choices, "unconfirmed": unconfirmed, **posted}

    def act(caller: Caller) -> str:
        change_rights(caller=caller, project_id=project_id, key=key, **posted)
        return _("What {site} may do is changed.").format(site=site.name)

    return ask(request, access, Dialog(template="rights", values=values), act, site=key, **posted)


@page("GET", "HEAD", "POST")
def revoke(request: PageRequest, project_id: UUID, key: str) -> HttpResponse:
    """POST `reason`: nothing that the site writes from now on comes in."""
    access = allowed_access(request, project_id, REVOKE)
    site, _peer = _known(project_id, key)
    posted: dict[str, Any] = {"reason": request.POST.get("reason", "")}

    def act(caller: Caller) -> str:
        revoke_site(caller=caller, project_id=project_id, key=key, **posted)
        return _("{site} is revoked.").format(site=site.name)

    return ask(request, access, Dialog(template="revoke", values={"site": site}), act, site=key, **posted)


@page("GET", "HEAD", "POST")
def follow(request: PageRequest, project_id: UUID, key: str) -> HttpResponse:
    """POST: revoke a site that another one has revoked, at the same bundle."""
    access = allowed_access(request, project_id, REVOKE)
    sites = read_sites(project_id)
    site = sites.find(key)
    reported = [(each, said) for each in sites.others for said in each.revocations if said.site == key]
    if site is None or not reported:
        raise NotFound(_("No admitted site has revoked this one."))

    def act(caller: Caller) -> str:
        follow_revocation(caller=caller, project_id=project_id, key=key)
        return _("{site} is revoked here, too.").format(site=site.name)

    values = {"site": site, "reported": reported}
    return ask(request, access, Dialog(template="follow", values=values), act, site=key)


@page("POST")
def sync(request: PageRequest, project_id: UUID, key: str) -> HttpResponse:
    """POST: dial the site now instead of at the next try."""
    access = allowed_access(request, project_id, SYNC)
    sync_site(caller=caller_from_request(request), project_id=project_id, key=key)
    return redirect(SitesQuery(access.project.id, key).address)


def _known(project_id: UUID, key: str) -> tuple[Site, Peer]:
    """A site of the project. Raises `NotFound`."""
    site = read_sites(project_id).find(key)
    if site is None or site.peer is None:
        raise NotFound(_("There is no such site."))
    return site, site.peer
