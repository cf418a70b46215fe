"""Pads over REST: making them, naming them, closing them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from projects.access import Access, get_project
from projects.rest import ProjectView
from rest.pagination import page
from rest.schema import operation, page_of
from stages.pads import serializers as shapes
from stages.pads import services
from stages.pads.bodies import pad_body
from stages.pads.models import Pad
from stages.pads.reading import visible_pad


class PadsView(ProjectView):
    write_action = "pad.create"

    @operation("pads_list", answer=page_of(shapes.PadInfo), paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The pads of a project, newest first."""
        self.access()
        pads = Pad.objects.filter(project=project_id).select_related("created_by")
        return self.answer(page(request, pads, pad_body))

    @operation("pads_create", takes=shapes.NewPad, answer=shapes.PadInfo, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Make a pad."""
        made = services.create_pad(caller=self.caller(), project_id=project_id, **self.body(shapes.NewPad))
        return self.answer(pad_body(made), 200 if made.repeated else 201)


class OnePadView(ProjectView):
    """What is asked of one pad, whose address does not name its project."""

    write_action = "pad.manage"

    @property
    def pad_id(self) -> UUID:
        found: UUID = self.kwargs["pad_id"]
        return found

    def pad(self) -> Pad:
        """The pad, as the caller may see it."""
        return visible_pad(user=self.user(), pad_id=self.pad_id)

    def access(self) -> Access:
        action = "project.read" if self.request.method in SAFE_METHODS else self.write_action
        return get_project(user=self.user(), project_id=self.pad().project_id, action=action)


class PadView(OnePadView):
    @operation("pads_read", answer=shapes.PadInfo)
    def get(self, request: Request, pad_id: UUID) -> HttpResponseBase:
        """One pad, without its text."""
        return self.answer(pad_body(self.pad()))

    @operation("pads_update", takes=shapes.ChangedPad, answer=shapes.PadInfo)
    def patch(self, request: Request, pad_id: UUID) -> HttpResponseBase:
        """Change what it is called, its language, or the field that it is for."""
        self.access()
        return self.answer(
            pad_body(services.update_pad(caller=self.caller(), pad_id=pad_id, **self.body(shapes.ChangedPad)))
        )


class ClosePadView(OnePadView):
    @operation("pads_close", answer=shapes.PadInfo)
    def post(self, request: Request, pad_id: UUID) -> HttpResponseBase:
        """Let nobody write in it any more."""
        self.access()
        return self.answer(pad_body(services.close_pad(caller=self.caller(), pad_id=pad_id)))


class ReopenPadView(OnePadView):
    @operation("pads_reopen", answer=shapes.PadInfo)
    def post(self, request: Request, pad_id: UUID) -> HttpResponseBase:
        """Let people write in it again."""
        self.access()
        return self.answer(pad_body(services.reopen_pad(caller=self.caller(), pad_id=pad_id)))
