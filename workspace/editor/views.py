"""The workspace page, and its fragments that the script fetches again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings as django_settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from accounts.models import User
from audit.models import Event, project_chain
from drafts.content import MAX_FILES
from drafts.kept_texts import KeptText, files_of_kept_texts, kept_texts, take_overs
from drafts.models import Draft
from drafts.reading import get_draft, texts_of
from drafts.renames import Renames
from kernel.errors import ValidationFailed
from locking.models import Lease
from locking.working_copies import discard_working_copy
from projects import field_names
from projects.access import Access, get_project
from projects.fields import CONFIGURATION, FILES, PROMPT, check_field_name
from projects.models import Status
from proposals.models import Proposal
from workspace import languages
from workspace.decorators import PageRequest, page
from workspace.editor.field_tree import tree_rows
from workspace.editor.missing_field import missing_field
from workspace.editor.proposing import OpenedProposal, own_proposal_in, proposal_data
from workspace.panels import PanelContext, shown_panels
from workspace.project_frame import frame_of, may_of, socket_address
from workspace.query_numbers import query_number
from workspace.replicas import page_instead
from workspace.script_texts import script_texts

# The pages of a project that the script asks for, or leads to.
ADDRESSES = ("text", "compare", "kept", "releases", "places")


@dataclass(frozen=True, slots=True)
class FieldLock:
    """Who writes a field, and since when."""

    field: str
    holder: User
    session_id: UUID | None
    since: datetime

    @property
    def as_json(self) -> str:
        """As in the socket's snapshot, for rows that the script adds later."""
        shown = {
            "field": self.field,
            "holder": self.holder.person(),
            "session_id": self.session_id,
            "since": self.since,
        }
        return json.dumps(shown, cls=DjangoJSONEncoder)


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of the list. `exists`: whether the current version has it."""

    name: str
    label: str
    icon: str
    language: str | None
    exists: bool
    state: str
    lock: FieldLock | None

    @property
    def language_name(self) -> str:
        return languages.language_name(self.language)


@page()
def workspace(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`?field=`: the workspace with that field open. `?proposal=`: over a proposal of the reader's own."""
    # The newest event is read before the state: an event in between is sent twice rather than missed.
    seq = Event.objects.newest_seq(project_chain(project_id))
    access = get_project(user=request.user, project_id=project_id)
    if instead := page_instead(access, request.user):
        return redirect(instead)
    opened = None
    if "proposal" in request.GET:
        found = own_proposal_in(access, user=request.user, proposal_id=request.GET["proposal"])
        if isinstance(found, Proposal):
            return redirect("workspace:proposal", project_id, found.number)
        opened = found
    fields = _fields(access, user=request.user, more=[], opened=opened)
    asked = request.GET.get("field", "")
    found_field = _asked_field(access, fields, asked)
    chosen = found_field or fields[0]
    shown = _shown_text(access, chosen.name, opened)
    frame = frame_of(access, user=request.user, tab="workspace")
    may = may_of(access)
    context_of_panels = PanelContext(access, request.user, chosen.name, opened.proposal if opened else None)
    panels = shown_panels(context_of_panels, chosen=request.GET.get("panel", ""))
    context = {
        "frame": frame,
        "may": may,
        "rows": tree_rows(fields),
        "may_change_files": opened is None and may.write and access.project.is_open,
        "chosen": chosen,
        "text": shown,
        # Over a proposal the script asks for both texts, what is staged and what is current.
        "text_is_exact": opened is None and "\r" not in shown,
        "proposal": opened.proposal if opened else None,
        "opened": opened,
        "panels": panels,
        "panel_name": next(view.name for view in panels if view.is_chosen),
        "project_id": project_id,
        "chosen_field": chosen.name,
        "page_data": {
            "project": str(project_id),
            "me": request.user.person(),
            "version": frame.version,
            "seq": seq,
            "status": access.project.status,
            "may": {"write": may.write, "take_over": may.take_over, "propose": may.propose},
            "urls": {
                "socket": socket_address(project_id),
                "proposals": reverse("api_proposals", args=[project_id]),
                "api_releases": reverse("api_releases", args=[project_id]),
                "staged": reverse("workspace:proposal_switch", args=[project_id]),
                **{name: reverse(f"workspace:{name}", args=[project_id]) for name in ADDRESSES},
            },
            "text_limit": django_settings.FOUNDRY_MAX_TEXT_BYTES,
            "max_files": MAX_FILES,
            "languages": languages.language_names(),
            "texts": script_texts(),
            "proposal": proposal_data(access, opened) if opened else None,
            "missing": missing_field(project_id, asked) if asked and not found_field else None,
        },
    }
    return render(request, "workspace/workspace.html", context)


@page()
def field_rows(request: PageRequest, project_id: UUID) -> HttpResponse:
    """The rows of the field list; `new` names files that nobody has saved yet. `proposal`: as on its page."""
    access = get_project(user=request.user, project_id=project_id)
    more = [check_field_name(name) for name in request.GET.getlist("new")]
    opened = None
    if "proposal" in request.GET:
        found = own_proposal_in(access, user=request.user, proposal_id=request.GET["proposal"])
        opened = found if isinstance(found, OpenedProposal) else None
    context = {
        "rows": tree_rows(_fields(access, user=request.user, more=more, opened=opened)),
        "may_change_files": opened is None and may_of(access).write and access.project.is_open,
        "chosen": request.GET.get("field"),
    }
    return render(request, "workspace/parts/field_rows.html", context)


@page()
def text(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`?field=&version=`: one field's text as that version has it, empty where it does not have the field."""
    access = get_project(user=request.user, project_id=project_id)
    name = check_field_name(request.GET.get("field"))
    version = query_number(request.GET, "version")
    if version is None:
        raise ValidationFailed({"version": [_("Must be a number.")]})
    draft = get_draft(project_id=access.project.id, version=version)
    return HttpResponse(texts_of([draft], name)[0], content_type="text/plain; charset=utf-8")


@page()
def kept(request: PageRequest, project_id: UUID) -> HttpResponse:
    """The reader's unsaved texts that the server keeps, and why locks of theirs were taken over."""
    kept = [_kept(text) for text in kept_texts(user=request.user, project_id=project_id)]
    taken = [asdict(one) for one in take_overs(user=request.user, project_id=project_id)]
    return JsonResponse({"kept": kept, "take_overs": taken})


@page("POST")
def discard(request: PageRequest, project_id: UUID, working_copy_id: UUID) -> HttpResponse:
    """Delete a kept text, at its writer's request."""
    discard_working_copy(caller=caller_from_request(request), project_id=project_id, working_copy_id=working_copy_id)
    return HttpResponse(status=204)


def _kept(text: KeptText) -> dict[str, Any]:
    copy = text.copy
    return {
        "id": copy.id,
        "field": text.field,
        "session_id": copy.lease.session_id,
        "is_open": copy.lease.is_open,
        "token": copy.lease.token,
        "revision": copy.revision,
        "version": text.version,
        "field_then": text.field_then,
        "is_saved": text.is_saved,
        "content": copy.content,
        "updated_at": copy.updated_at,
    }


def _asked_field(access: Access, fields: list[FieldView], name: str) -> FieldView | None:
    """The field that an address asks for, if it is there; a file by a name that it had before, too."""
    by_name = {field.name: field for field in fields}
    draft = access.project.current_draft
    if name.startswith(FILES) and name not in by_name and draft is not None:
        name = Renames.of_project(access.project.id).name_in(draft.version_number, name, of=0)
    return by_name.get(name)


def _shown_text(access: Access, field: str, opened: OpenedProposal | None) -> str:
    """The text of the open field as the page shows it before the script does."""
    draft = access.project.current_draft
    staged = opened.text(field) if opened else None
    if staged is not None:
        return staged
    return texts_of([draft], field)[0] if draft else ""


def _fields(access: Access, *, user: User, more: list[str], opened: OpenedProposal | None) -> list[FieldView]:
    """Prompt and configuration always, the current files, and files that somebody has begun or the reader left unsaved.

    Over a proposal: with the files that it adds, and without those that others have only begun.
    """
    project = access.project
    draft: Draft | None = project.current_draft
    known = draft.fields if draft else {}
    leases = Lease.objects.open().of_project(project.id).select_related("user")
    locks = {lease.field: FieldLock(lease.field, lease.user, lease.session_id, lease.started_at) for lease in leases}
    begun = opened.new_files if opened else {*locks, *files_of_kept_texts(user=user, project_id=project.id)}
    names = field_names.in_order({PROMPT, CONFIGURATION, *known, *begun, *more})
    may = may_of(access)
    return [
        FieldView(
            name=name,
            label=field_names.label(name),
            icon=field_names.icon(name),
            language=known[name].language if name in known else languages.language(name),
            exists=name in known,
            state=_state_in(opened, name, is_locked=name in locks)
            if opened
            else _state(Status(project.status), is_locked=name in locks, may_write=may.write),
            lock=locks.get(name),
        )
        for name in names
    ]


def _state_in(opened: OpenedProposal, name: str, *, is_locked: bool) -> str:
    """The state of a row over a proposal: what it changes, and who writes what it does not."""
    state = opened.state(name)
    return "theirs" if state == "same" and is_locked else state


def _state(status: Status, *, is_locked: bool, may_write: bool) -> str:
    """The state before the script knows which session is the reader's own."""
    if status != Status.OPEN:
        return status.value
    if is_locked:
        return "theirs"
    return "free" if may_write else "reading"
