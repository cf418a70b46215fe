"""What is done to a release or its project besides signing: submit, reject, withdraw, reopen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.callers import caller_from_request
from accounts.models import User
from drafts.models import Draft
from drafts.reading import get_draft
from kernel.errors import Conflict, DomainError, ValidationFailed
from locking.models import Lease
from projects.access import Access, get_project
from projects.services import reopen_project
from publishing import services
from publishing.authors import authors_of, can_sign
from publishing.models import Release
from publishing.policies import rules_of
from publishing.states import SUBMISSION
from publishing.versions import suggested_name
from workspace.decorators import PageRequest, page
from workspace.htmx_action import refusal_text
from workspace.project_frame import frame_of
from workspace.releases.changes import release_changes
from workspace.releases.gates import gate_lines
from workspace.releases.open_points import points_of
from workspace.releases.presentation import people_of, slots_of
from workspace.releases.views import get_release, go_to, list_context, release_context

# What the list of versions offers; an older one is reached through the history.
MAX_VERSIONS: Final = 200


@page("GET", "HEAD", "POST")
def submit(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET `?version=&name=`: what would be submitted, and what that means. POST: submit; with `show`, look again."""
    access = get_project(user=request.user, project_id=project_id, action="release.submit")
    draft = _draft(request, access)
    name, notes, refusal = _name(request, draft), request.POST.get("notes", ""), None
    if request.method == "POST" and "show" not in request.POST:
        caller = caller_from_request(request)
        try:
            release = services.submit_release(
                caller=caller, project_id=project_id, name=name, version=draft.version_number, notes=notes
            )
        except (Conflict, ValidationFailed) as error:
            refusal = error
        else:
            messages.success(request, _("Release {name} is in review.").format(name=release.name))
            return go_to(request, reverse("workspace:release", args=[project_id, release.id]))
    context = {**_submit_context(request, access, draft, name, refusal), "notes": notes}
    return render(request, "workspace/submit.html", context, status=refusal.status if refusal else 200)


def _submit_context(
    request: PageRequest, access: Access, draft: Draft, name: str, refusal: DomainError | None
) -> dict[str, Any]:
    project_id = access.project.id
    rules, authors = rules_of(project_id), authors_of(draft)
    people = list(User.objects.filter(pk__in=authors).order_by("display_name"))
    errors = refusal.errors if isinstance(refusal, ValidationFailed) else {}
    # An unsaved release, so that the same rules as later say what the policy requires.
    proposed = Release(
        project_id=project_id,
        draft=draft,
        name=name,
        rules=rules.data(),
        authors=authors,
        authors_sign=any(can_sign(person) for person in people),
        state=SUBMISSION.release.value,
        submitted_by=request.user,
    )
    prefetch_related_objects([proposed], "signatures")
    members = people_of(project_id)
    open_leases = Lease.objects.open().of_project(project_id)
    return {
        "frame": frame_of(access, user=request.user, tab="releases"),
        "project_id": project_id,
        "draft": draft,
        "name": name,
        "suggested": suggested_name(project_id, draft),
        "versions": Draft.objects.of_project(project_id).select_related("author").defer("files")[:MAX_VERSIONS],
        "rules": rules,
        "slots": slots_of(proposed, members, me=request.user),
        "authors": people,
        "changes": release_changes(draft, reader=request.user.id),
        "points": points_of(draft, rules),
        "gates": gate_lines(draft, rules),
        "locks": open_leases.select_related("user").order_by("user__display_name", "field"),
        "errors": errors,
        "problem": refusal_text(refusal) if refusal and "notes" not in errors else "",
    }


@page("GET", "HEAD", "POST")
def reject(request: PageRequest, project_id: UUID, release_id: UUID) -> HttpResponse:
    """GET: the release with the dialog that asks for the reason. POST: send it back."""
    return _end(request, project_id, release_id, "reject", services.reject_release)


@page("GET", "HEAD", "POST")
def withdraw(request: PageRequest, project_id: UUID, release_id: UUID) -> HttpResponse:
    """GET: the release with the dialog that asks for the reason. POST: take it back."""
    return _end(request, project_id, release_id, "withdraw", services.withdraw_release)


_ENDED: Final = {
    "reject": gettext_lazy("Release {name} rejected. The project can be edited again."),
    "withdraw": gettext_lazy("Release {name} withdrawn. The project can be edited again."),
}


def _end(
    request: PageRequest, project_id: UUID, release_id: UUID, act: str, write: Callable[..., Release]
) -> HttpResponse:
    access, shown = get_release(request, project_id, release_id)
    reason, errors, status = request.POST.get("reason", ""), {}, 200
    if request.method == "POST":
        try:
            write(caller=caller_from_request(request), release_id=release_id, reason=reason)
        except ValidationFailed as refusal:
            errors, status = refusal.errors, refusal.status
        else:
            messages.success(request, str(_ENDED[act]).format(name=shown.name))
            return go_to(request, reverse("workspace:release", args=[project_id, release_id]))
    else:
        get_project(user=request.user, project_id=project_id, action=f"release.{act}")
    context = release_context(request, access, shown, end=act, reason=reason, errors=errors)
    return render(request, "workspace/release.html", context, status=status)


@page("GET", "HEAD", "POST")
def notes(request: PageRequest, project_id: UUID, release_id: UUID) -> HttpResponse:
    """GET: the release with the dialog in which its notes are written. POST: write them."""
    access, shown = get_release(request, project_id, release_id)
    address = reverse("workspace:release", args=[project_id, release_id])
    refusal = None
    if request.method == "POST":
        written = request.POST.get("notes", "")
        try:
            services.write_release_notes(caller=caller_from_request(request), release_id=release_id, notes=written)
        except (ValidationFailed, Conflict) as error:
            refusal = error
        else:
            messages.success(request, _("Release notes saved."))
            return go_to(request, address)
    else:
        get_project(user=request.user, project_id=project_id, action="release.write_notes")
    errors = refusal.errors if isinstance(refusal, ValidationFailed) else {}
    form: dict[str, Any] = {
        "notes": request.POST.get("notes", shown.notes.text if shown.notes else ""),
        "errors": errors,
        "problem": refusal_text(refusal) if refusal and not errors else "",
    }
    context = release_context(request, access, shown, notes_form=True, **form)
    return render(request, "workspace/release.html", context, status=refusal.status if refusal else 200)


@page("GET", "HEAD", "POST")
def reopen(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the releases with the dialog that asks why. POST: the project is open for writing again."""
    access = get_project(user=request.user, project_id=project_id, action="project.reopen")
    reason, errors, status = request.POST.get("reason", ""), {}, 200
    if request.method == "POST":
        try:
            reopen_project(caller=caller_from_request(request), project_id=project_id, reason=reason)
        except ValidationFailed as refusal:
            errors, status = refusal.errors, refusal.status
        else:
            messages.success(request, _("The project can be edited again."))
            return go_to(request, reverse("workspace:workspace", args=[project_id]))
    context = {**list_context(request, access), "reopening": True, "reason": reason, "errors": errors}
    return render(request, "workspace/releases.html", context, status=status)


def _draft(request: PageRequest, access: Access) -> Draft:
    """The requested version; the current one if none is named."""
    asked = request.POST.get("version", request.GET.get("version", ""))
    if not asked:
        return get_draft(project_id=access.project.id, version=None)
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise ValidationFailed({"version": [_("Must be a number.")]})
    return get_draft(project_id=access.project.id, version=int(asked))


def _name(request: PageRequest, draft: Draft) -> str:
    """What was typed; another version suggests another name where the suggestion was left as it was."""
    suggested = suggested_name(draft.project_id, draft)
    typed = request.POST.get("name")
    if typed is None or ("show" in request.POST and typed == request.POST.get("suggested")):
        return suggested
    return typed
