"""The audit viewer in Django's admin. It shows data of several apps, so it belongs to the layer above them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.models import Event
from audit.viewing import ReadOnlyForAuditors
from kernel.errors import DomainError
from workspace.audit_viewer import views
from workspace.decorators import refusal_page

if TYPE_CHECKING:
    EventModelAdmin = admin.ModelAdmin[Event]
else:
    EventModelAdmin = admin.ModelAdmin


@admin.register(Event)
class EventAdmin(ReadOnlyForAuditors, EventModelAdmin):
    """The pages of `workspace.audit_viewer` in the place of the admin's own; auditors only."""

    def get_urls(self) -> list[URLPattern]:
        """The pages beside the list; the admin's own addresses come after them."""
        pages = [
            path("verify/", self._guarded(require_POST(self.verify_view)), name="audit_event_verify"),
            path("export/<str:form>/", self._guarded(require_GET(self.export_view)), name="audit_event_export"),
            path(
                "review/",
                self._guarded(require_http_methods(["GET", "POST"])(self.review_view)),
                name="audit_event_review",
            ),
            path("held/", self._guarded(require_GET(self.held_view)), name="audit_event_held"),
        ]
        return pages + super().get_urls()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return self._answer(request, views.event_list, self._context(request, _("Events")))

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        return self._answer(request, views.event, object_id)

    def verify_view(self, request: HttpRequest) -> HttpResponseBase:
        return self._answer(request, views.verify)

    def export_view(self, request: HttpRequest, form: str) -> HttpResponseBase:
        return self._answer(request, views.exported, form)

    def review_view(self, request: HttpRequest) -> HttpResponseBase:
        return self._answer(request, views.review, self._context(request, _("Record a review")))

    def held_view(self, request: HttpRequest) -> HttpResponseBase:
        return self._answer(request, views.held, self._context(request, _("Who edited a field")))

    def _guarded(self, view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        """For whom the admin is; without a session to the sign-in form."""
        guarded: Callable[..., HttpResponseBase] = self.admin_site.admin_view(view)
        return guarded

    def _answer(self, request: HttpRequest, view: Callable[..., HttpResponseBase], *given: Any) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return view(request, *given)
        except DomainError as refusal:
            return refusal_page(request, refusal)

    def _context(self, request: HttpRequest, title: str) -> dict[str, Any]:
        # The list has filters of its own at the left.
        return {**self.admin_site.each_context(request), "title": title, "is_nav_sidebar_enabled": False}
