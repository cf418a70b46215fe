"""Held bundles over REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from kernel.errors import NotFound, ValidationFailed
from projects.access import Access, get_project
from projects.rest import ProjectView
from projects.serializers import Reason
from rest.pagination import page
from rest.schema import operation, page_of
from stages.replication.admission.keys import is_key
from stages.replication.choices import HeldReason
from stages.replication.held import serializers as shapes
from stages.replication.held import services
from stages.replication.models import HeldBundle
from stages.replication.permissions import DECIDE_HELD, READ
from stages.replication.reading.held import HeldQuery, bodies_of

SITE: Final = OpenApiParameter("site", str, description="The key of the site that wrote it.")
REASON: Final = OpenApiParameter("reason", str, enum=HeldReason.values)


class _HeldView(ProjectView):
    """Everybody in the project reads what is held; owners decide."""

    def access(self) -> Access:
        action = READ if self.request.method in SAFE_METHODS else DECIDE_HELD
        return get_project(user=self.user(), project_id=self.project_id, action=action)


class HeldView(_HeldView):
    @operation("held_list", answer=page_of(shapes.HeldInfo), paged=True, parameters=[SITE, REASON])
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The bundles of other sites that are kept outside the state, the newest first."""
        self.access()
        waiting = HeldBundle.objects.filter(project=project_id, decision="").defer("text")
        listed = page(request, _query(request).filtered(waiting), lambda row: row)
        return self.answer({**listed, "results": bodies_of(project_id, listed["results"])})


def _query(request: Request) -> HeldQuery:
    """Raises `ValidationFailed` for what is no key, or no reason."""
    site, reason = (request.query_params.get(name, "") for name in ("site", "reason"))
    errors: dict[str, list[str]] = {}
    if site and not is_key(site):
        errors["site"] = [_("Give the key of a site: 64 hexadecimal digits in lower case.")]
    if reason and reason not in HeldReason.values:
        errors["reason"] = [_("There is no such reason.")]
    if errors:
        raise ValidationFailed(errors)
    return HeldQuery(site, reason)


class _DecidingView(_HeldView):
    def decided(self, held_id: UUID, decide: Callable[..., HeldBundle], **given: Any) -> HttpResponseBase:
        """Answer what the owner's decision made of a held bundle of the project."""
        self.access()
        if not HeldBundle.objects.filter(project=self.project_id, pk=held_id).exists():
            raise NotFound(_("There is no such held bundle."))
        held = decide(caller=self.caller(), held_id=held_id, **given)
        body = {
            "id": str(held.id),
            "site": bytes(held.site_key).hex(),
            "number": held.number,
            "hash": bytes(held.hash).hex(),
            "decision": held.decision,
            "decided_at": held.decided_at,
        }
        return self.answer(body)


class ReleaseView(_DecidingView):
    @operation("held_release", takes=Reason, answer=shapes.Decided, repeatable=True)
    def post(self, request: Request, project_id: UUID, held_id: UUID) -> HttpResponseBase:
        """Let in a bundle of a site, or of a person, that was revoked."""
        return self.decided(held_id, services.release_held, **self.body(Reason))


class DiscardView(_DecidingView):
    @operation("held_discard", takes=Reason, answer=shapes.Decided, repeatable=True)
    def post(self, request: Request, project_id: UUID, held_id: UUID) -> HttpResponseBase:
        """Let a bundle never come in. What follows it in the chain of its site waits for good."""
        return self.decided(held_id, services.discard_held, **self.body(Reason))


class ReEnterView(_DecidingView):
    @operation("held_re_enter", answer=shapes.Decided, repeatable=True)
    def post(self, request: Request, project_id: UUID, held_id: UUID) -> HttpResponseBase:
        """Write what a bundle says as a new bundle of one's own."""
        return self.decided(held_id, services.re_enter_held)
