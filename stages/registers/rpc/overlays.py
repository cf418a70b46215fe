"""`/overlays/`, `/undo`, `/redo`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.request import Request

from stages.registers.models import Overlay
from stages.registers.overlays.views import overlays_of
from stages.registers.rpc import serializers as shapes
from stages.registers.rpc.base import RpcView, undocumented
from stages.registers.services import overlays as services
from stages.registers.services.proposing import propose_overlay
from stages.registers.services.undoing import describe_kept
from stages.registers.services.written import Written


def overlay_body(overlay: Overlay) -> dict[str, Any]:
    return {
        "overlay_id": str(overlay.id),
        "name": overlay.name,
        "active": overlay.is_active,
        "operations": sum(len(step) for step in overlay.steps),
        "created_at": overlay.created_at,
        "changed_at": overlay.changed_at,
    }


@undocumented
class CreateOverlayView(RpcView):
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Make an overlay and activate it; the one that was active is stashed."""
        data = self.body(shapes.CreateOverlay)
        overlay = services.create_overlay(
            caller=self.caller(),
            project_id=project_id,
            name=data.get("name", _("Overlay")),
            is_active=data.get("activate", True),
        )
        return self.answer(overlay_body(overlay))


@undocumented
class ListOverlaysView(RpcView):
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """My overlays, with what somebody else has changed since it was staged."""
        self.access()
        overlays = list(overlays_of(self.user(), project_id))
        drifts = services.drifts_of_overlays(caller=self.caller(), project_id=project_id, overlays=overlays)
        return self.answer({"overlays": [{**overlay_body(each), "drift": drifts[each.id]} for each in overlays]})


@undocumented
class ActivateOverlayView(RpcView):
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Stage into this overlay from now on."""
        data = self.body(shapes.OneOverlay)
        return self.answer(overlay_body(services.activate_overlay(caller=self.caller(), project_id=project_id, **data)))


@undocumented
class StashOverlayView(RpcView):
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Put an overlay into the background."""
        data = self.body(shapes.SomeOverlay)
        return self.answer(overlay_body(services.stash_overlay(caller=self.caller(), project_id=project_id, **data)))


@undocumented
class CommitOverlayView(RpcView):
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Write what is staged as one bundle."""
        data = self.body(shapes.CommitOverlay)
        choices = {
            (each["entity_id"], each.get("table", ""), each.get("field", "")): each["choice"]
            for each in data.get("resolutions", ())
        }
        written = services.commit_overlay(
            caller=self.caller(), project_id=project_id, overlay_id=data.get("overlay_id"), choices=choices
        )
        return self.answer({"bundle_id": written.bundle_id or None})


@undocumented
class DiscardOverlayView(RpcView):
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Throw away what is staged."""
        services.discard_overlay(caller=self.caller(), project_id=project_id, **self.body(shapes.SomeOverlay))
        return self.answer({"bundle_id": None})


@undocumented
class ProposeOverlayView(RpcView):
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Make a private proposal of what is staged, which can be opened for review."""
        data = self.body(shapes.ProposeOverlay)
        proposal = propose_overlay(caller=self.caller(), project_id=project_id, **data)
        return self.answer({"proposal_id": str(proposal.id)})


@undocumented
class UndoView(RpcView):
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Take back my newest act: of the active overlay, else my newest bundle."""
        return self.taken_back(*services.undo_or_unstage(caller=self.caller(), project_id=project_id))

    def taken_back(self, written: Written | None, overlay: Overlay | None) -> HttpResponseBase:
        return self.answer(
            {
                "bundle_id": written.bundle_id if written else None,
                "overlay_id": str(overlay.id) if overlay else None,
                "kept": [describe_kept(each) for each in written.kept] if written else [],
            }
        )


@undocumented
class RedoView(UndoView):
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Do again what I took back last."""
        return self.taken_back(*services.redo_or_stage_again(caller=self.caller(), project_id=project_id))
