"""The releases of a project, one release with its signatures, and signing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.callers import caller_from_request
from accounts.reauthentication import passkey_challenge
from audit.models import Event, project_chain
from drafts.readings.services import read_fields
from kernel.errors import DomainError, NotFound
from kernel.names import check_remark
from projects.access import Access, get_project
from projects.models import Status
from projects.permissions import allowed
from publishing import services
from publishing.approvals import SIGNERS
from publishing.models import MAX_COMMENT, Release, ReleaseState
from publishing.permissions import may_bundle
from publishing.policies import Rules, rules_of
from publishing.services.facts import load_release
from publishing.verification import fault_of
from workspace.decorators import PageRequest, is_htmx, page
from workspace.history.integrity import field_histories
from workspace.project_frame import frame_of, may_of, socket_address
from workspace.releases.changes import release_changes
from workspace.releases.gates import gate_lines
from workspace.releases.open_points import points_of
from workspace.releases.presentation import ReleaseView, people_of, slots_of
from workspace.releases.signing import SignatureForm, SignDialog, dialog_of, proof_of
from workspace.replicas import page_instead
from workspace.script_texts import release_texts

PAGE_RELEASES = 30


@page()
def release_list(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`?before=<id>`: the releases, newest first, thirty at a time."""
    access = get_project(user=request.user, project_id=project_id)
    if instead := page_instead(access, request.user):
        return redirect(instead)
    return render(request, "workspace/releases.html", list_context(request, access))


def list_context(request: PageRequest, access: Access) -> dict[str, Any]:
    """What the list shows."""
    project = access.project
    live = live_data(request, project.id)
    releases = Release.objects.of_project(project.id).with_people()
    before = _identity(request.GET.get("before", ""))
    found = list((releases.filter(pk__lt=before) if before else releases)[: PAGE_RELEASES + 1])
    shown = found[:PAGE_RELEASES]
    return {
        "frame": frame_of(access, user=request.user, tab="releases"),
        "project_id": project.id,
        "rows": [ReleaseView.of(release) for release in shown],
        "older": shown[-1].id if len(found) > PAGE_RELEASES else None,
        "rules": rules_of(project.id),
        "may_submit": _may("release.submit", access) and project.current_draft is not None,
        "may_reopen": _may("project.reopen", access),
        "may_bundle": may_bundle(request.user, access.role),
        "live": live,
    }


@page("GET", "HEAD", "POST")
def release(request: PageRequest, project_id: UUID, release_id: UUID) -> HttpResponse:
    """GET `?sign=<meaning>`: one release, with the dialog to sign it where it is asked for. POST: sign."""
    access, shown = get_release(request, project_id, release_id)
    if request.method == "POST":
        return _sign(request, access, shown)
    dialog = None
    if "sign" in request.GET and shown.state == ReleaseState.IN_REVIEW:
        form = SignatureForm(meaning=request.GET["sign"], notes=shown.notes.sha256 if shown.notes else "")
        dialog = dialog_of(shown, caller=caller_from_request(request), access=access, form=form)
    return render(request, "workspace/release.html", release_context(request, access, shown, sign=dialog))


@page()
def passkey(request: PageRequest, project_id: UUID, release_id: UUID) -> HttpResponse:
    """`?meaning=&comment=`: what the browser needs to ask for a passkey for this signature; good for one try."""
    _access, shown = get_release(request, project_id, release_id)
    comment = check_remark(request.GET.get("comment", ""), name="comment", maximum=MAX_COMMENT, required=False)
    about = {"release_id": str(shown.id), "meaning": request.GET.get("meaning", "")}
    options = passkey_challenge(caller_from_request(request), about=about, words=comment)
    return JsonResponse({"request_options": options})


def get_release(request: PageRequest, project_id: UUID, release_id: UUID) -> tuple[Access, Release]:
    """A release of a project that the reader may see. Raises `NotFound`."""
    access = get_project(user=request.user, project_id=project_id)
    if not Release.objects.filter(pk=release_id, project_id=project_id).exists():
        raise NotFound(_("Release not found."))
    return access, load_release(release_id)


def release_context(
    request: PageRequest, access: Access, shown: Release, *, sign: SignDialog | None = None, **dialog: Any
) -> dict[str, Any]:
    """What the page of one release shows, its dialog included."""
    # The newest event is read before the state: an event in between is sent twice rather than missed.
    live = live_data(request, shown.project_id)
    members = people_of(shown.project_id)
    slots = slots_of(shown, members, me=request.user)
    in_review = shown.state == ReleaseState.IN_REVIEW
    changes = release_changes(shown.draft, reader=request.user.id)
    base = changes.before.draft if changes.before else None
    read = read_fields(user=request.user, base=base, target=shown.draft) if base else set()
    return {
        "frame": frame_of(access, user=request.user, tab="releases"),
        "may": may_of(access),
        "project_id": shown.project_id,
        "view": ReleaseView.of(shown),
        "release": shown,
        "slots": slots,
        "turn": next((slot.meaning for slot in slots if slot.state == "yours"), None),
        "changes": changes,
        "read": read,
        "read_count": sum(field.name in read for field in changes.changed),
        "marks_reading": base is not None,
        "shows": "progress",
        "points": points_of(shown.draft, Rules(**shown.rules)) if in_review else None,
        "gates": gate_lines(shown.draft, Rules(**shown.rules), shown) if in_review else [],
        "histories": field_histories(shown.draft),
        "fault": fault_of(shown),
        "may_reject": in_review and _may("release.reject", access),
        "may_write_notes": in_review and not shown.signatures.all() and _may("release.write_notes", access),
        "may_withdraw": in_review and _may("release.withdraw", access),
        "may_bundle": may_bundle(request.user, access.role),
        "may_reopen": shown.state == ReleaseState.RELEASED and _may("project.reopen", access),
        "sign": sign,
        "live": live,
        **dialog,
    }


def live_data(request: PageRequest, project_id: UUID) -> dict[str, Any]:
    """What the page's script needs to follow the project from here on."""
    return {
        "project": str(project_id),
        "me": str(request.user.id),
        "seq": Event.objects.newest_seq(project_chain(project_id)),
        "socket": socket_address(project_id),
        "texts": release_texts(),
    }


def _sign(request: PageRequest, access: Access, shown: Release) -> HttpResponse:
    posted = request.POST
    form = SignatureForm(
        posted.get("meaning", ""),
        posted.get("comment", ""),
        posted.get("component", ""),
        posted.get("username", ""),
        posted.get("notes", ""),
    )
    caller = caller_from_request(request)
    try:
        services.sign_release(
            caller=caller,
            release_id=shown.id,
            meaning=form.meaning,
            proof=proof_of(posted),
            comment=form.comment,
            notes=form.notes,
        )
    except NotFound:
        raise
    except DomainError as refusal:
        shown = load_release(shown.id)
        access = get_project(user=request.user, project_id=shown.project_id)
        dialog = dialog_of(shown, caller=caller, access=access, form=form, refusal=refusal)
        return _refused(request, access, shown, dialog, refusal)
    ended = load_release(shown.id).state == ReleaseState.RELEASED
    words = _("You signed release {name} as {signer}.").format(name=shown.name, signer=SIGNERS[form.meaning])
    messages.success(request, f"{words} {_('It is frozen now.')}" if ended else words)
    return go_to(request, reverse("workspace:release", args=[shown.project_id, shown.id]))


def _refused(
    request: PageRequest, access: Access, shown: Release, dialog: SignDialog, refusal: DomainError
) -> HttpResponse:
    """Show the dialog again, with everything but the secret; without a script, the whole page."""
    if is_htmx(request):
        context = {"sign": dialog, "release": shown, "view": ReleaseView.of(shown), "project_id": shown.project_id}
        template = "workspace/parts/releases/sign_form.html"
    else:
        context = release_context(request, access, shown, sign=dialog)
        template = "workspace/release.html"
    response = render(request, template, context, status=refusal.status)
    retry_after = refusal.extra.get("retry_after")
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def go_to(request: PageRequest, address: str) -> HttpResponse:
    """Redirect to a page, for htmx and for browsers."""
    return HttpResponseClientRedirect(address) if is_htmx(request) else redirect(address)


def _may(action: str, access: Access) -> bool:
    return allowed(action, role=access.role, status=Status(access.project.status))


def _identity(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
