"""The page of all modules of the site: whoever likes uses their views, administrators add versions."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import Conflict, NotFound, PayloadTooLarge, PermissionDenied, ValidationFailed
from kernel.site_permissions import may_on_site
from stages.automation.packages import MAX_ARCHIVE
from stages.automation.pages.package_rows import package_rows
from stages.automation.permissions import ADD_PACKAGE
from stages.automation.services.packages import add_package, install_module, uninstall_module
from workspace.decorators import PageRequest, page


@page("GET", "HEAD", "POST")
def packages(request: PageRequest) -> HttpResponse:
    """GET: the modules of the site. POST `file`: add a version, administrators only."""
    if request.method != "POST":
        return _page(request, {})
    if not may_on_site(ADD_PACKAGE, request.user):
        raise PermissionDenied(_("Only an administrator can add modules to this site."))
    file = request.FILES.get("file")
    try:
        added = add_package(caller=caller_from_request(request), archive=_archive(file))
    except ValidationFailed as refusal:
        return _page(request, {"errors": list(refusal.errors.items()), "file_name": _name(file)}, refusal.status)
    except (PayloadTooLarge, Conflict) as refusal:
        return _page(request, {"problem": refusal, "file_name": _name(file)}, refusal.status)
    words = (
        _("Added {name} {version}.") if added.is_new else _("{name} {version} is here already, with the same content.")
    )
    messages.success(request, words.format(name=added.package.name, version=added.package.version))
    return redirect("automation:packages")


@page("POST")
def install(request: PageRequest, name: str) -> HttpResponse:
    """POST: use a module's views in its newest version."""
    installed = install_module(caller=caller_from_request(request), name=name)
    words = _("The views of {name} {version} are there for you.")
    messages.success(request, words.format(name=name, version=installed.package.version))
    return redirect("automation:packages")


@page("POST")
def uninstall(request: PageRequest, name: str) -> HttpResponse:
    """POST: use them no more."""
    try:
        uninstall_module(caller=caller_from_request(request), name=name)
    except NotFound as refusal:
        messages.error(request, refusal.detail)
    return redirect("automation:packages")


def _archive(file: Any) -> bytes:
    """What was chosen. Raises `ValidationFailed` for nothing, `PayloadTooLarge` for more than a package has."""
    if not isinstance(file, UploadedFile):
        raise ValidationFailed({_("File"): [_("Choose the zip file that pack_module has written.")]})
    if (file.size or 0) > MAX_ARCHIVE:
        raise PayloadTooLarge(_("A package has at most 2 MiB."), limit=MAX_ARCHIVE)
    return bytes(file.read())


def _name(file: Any) -> str:
    return str(file.name)[:200] if isinstance(file, UploadedFile) else ""


def _page(request: PageRequest, values: dict[str, Any], status: int = HTTPStatus.OK) -> HttpResponse:
    may_add = may_on_site(ADD_PACKAGE, request.user)
    shown = {"rows": package_rows(request.user, with_use=may_add), "may_add": may_add}
    return render(request, "automation/modules/packages.html", {**shown, **values}, status=status)
