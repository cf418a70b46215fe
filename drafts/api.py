"""Versions: the history, one of them, its files; saving, and going back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from accounts.callers import Caller
from drafts import reading, services
from drafts import serializers as shapes
from drafts.models import Draft
from kernel.errors import ValidationFailed
from projects.fields import CONFIGURATION, FILES
from projects.rest import ProjectView, in_session
from rest.pagination import page
from rest.schema import operation, page_of

VERSION = OpenApiParameter(
    "version",
    {"oneOf": [{"type": "integer", "minimum": 1, "maximum": 999999999}, {"type": "string", "enum": ["current"]}]},
    OpenApiParameter.PATH,
)
NUMBER = OpenApiParameter("version", {"type": "integer", "minimum": 1, "maximum": 999999999}, OpenApiParameter.PATH)
FILE_PATH = OpenApiParameter("path", str, OpenApiParameter.PATH, description="With its slashes as they are.")


class DraftView(ProjectView):
    """The base of views that make a version and answer it."""

    def made(self, draft: Draft) -> HttpResponseBase:
        return self.answer(reading.body(draft), 200 if draft.repeated else 201)

    def caller_with(self, client_ref: UUID | None, session: UUID | None) -> Caller:
        """The caller, in their session if there is one, with the ``client_ref`` of the body or of the header."""
        caller = self.caller() if session is None else in_session(self.caller(), session)
        if client_ref is None:
            return caller
        if caller.client_ref not in {None, client_ref}:
            raise ValidationFailed({"client_ref": [_("Differs from the header Idempotency-Key.")]})
        return replace(caller, client_ref=client_ref)


class DraftsView(DraftView):
    write_action = "draft.save"

    @operation("drafts_list", answer=page_of(shapes.DraftSummary), paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """List the versions without their texts, newest first."""
        self.access()
        drafts = Draft.objects.of_project(project_id).select_related("author")
        return self.answer(page(request, drafts, reading.summary, order=("version_number",)))

    @operation("drafts_save", takes=shapes.NewDraft, answer=shapes.DraftInfo, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Save: make the next version, from the current one and the changed fields. Each field needs its lock's token.

        If the save is refused, texts that came with a token of the caller are kept; `working_copy` is their id.
        """
        given = self.body(shapes.NewDraft)
        caller = self.caller_with(given.pop("client_ref", None), given["session_id"])
        if isinstance(given["changes"].get(CONFIGURATION), dict):
            # As it was spelled: a parsed number no longer knows whether it was 1.0 or 1e0.
            given["changes"][CONFIGURATION] = msgspec.Raw(self.parsed().raw_text("changes", CONFIGURATION).encode())
        given.setdefault("tokens", {})
        return self.made(services.save_draft(caller=caller, project_id=project_id, **given))


class FilesView(DraftView):
    write_action = "draft.save"

    @operation(
        "files_change",
        takes=shapes.ChangedFilesSerializer,
        answer=shapes.DraftInfo,
        status=201,
        repeatable=True,
        problems=[423],
    )
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Add, replace, remove and rename files in one version, without taking their locks before.

        It is refused while another session is editing one of the files. A renamed file keeps its comments and its
        history; the lock and the unsaved text of `session_id` go along.
        """
        given = self.body(shapes.ChangedFilesSerializer)
        session_id = given.pop("session_id", None)
        caller = self.caller_with(given.pop("client_ref", None), session_id)
        draft = services.change_files(caller=caller, project_id=project_id, session_id=session_id, **given)
        return self.made(draft)


class OneDraftView(ProjectView):
    @operation("drafts_read", answer=shapes.DraftInfo, parameters=[VERSION], not_modified=True)
    def get(self, request: Request, project_id: UUID, version: int | None) -> HttpResponseBase:
        """Get one version with its texts; `current` is the newest."""
        self.access()
        draft = reading.get_draft(project_id=project_id, version=version)
        return self.answer(reading.body(draft), etag=reading.etag_of(draft))


class FileView(ProjectView):
    @operation("drafts_read_file", answer=shapes.FileInfo, parameters=[VERSION, FILE_PATH], not_modified=True)
    def get(self, request: Request, project_id: UUID, version: int | None, path: str) -> HttpResponseBase:
        """Get one file of a version, with its content."""
        self.access()
        draft = reading.get_draft(project_id=project_id, version=version)
        content = reading.field_of(draft, FILES + path)
        found = {"path": path, **content.hashed(), "size": content.size, "content": reading.text_of(content)}
        return self.answer(found, etag=f'"{content.sha256}"')


class RevertView(DraftView):
    write_action = "draft.revert"

    @operation(
        "drafts_revert",
        takes=shapes.RevertRequest,
        answer=shapes.DraftInfo,
        status=201,
        repeatable=True,
        parameters=[NUMBER],
        problems=[423],
    )
    def post(self, request: Request, project_id: UUID, version: int) -> HttpResponseBase:
        """Revert: make a new version with the fields of an old one, or only one of them. Needs a reason."""
        given = self.body(shapes.RevertRequest)
        return self.made(services.revert_draft(caller=self.caller(), project_id=project_id, version=version, **given))


class _HistoryStepView(DraftView):
    write_action = "draft.undo"

    def step(self, write: Callable[..., Draft]) -> HttpResponseBase:
        given: dict[str, Any] = self.body(shapes.OptionalReason)
        return self.made(write(caller=self.caller(), project_id=self.project_id, **given))


class UndoView(_HistoryStepView):
    @operation(
        "drafts_undo",
        takes=shapes.OptionalReason,
        answer=shapes.DraftInfo,
        status=201,
        repeatable=True,
        problems=[423],
    )
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Undo my newest change that is not undone yet, unless somebody has changed the same fields since."""
        return self.step(services.undo_draft)


class RedoView(_HistoryStepView):
    @operation(
        "drafts_redo",
        takes=shapes.OptionalReason,
        answer=shapes.DraftInfo,
        status=201,
        repeatable=True,
        problems=[423],
    )
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Redo the change that I undid last."""
        return self.step(services.redo_draft)
