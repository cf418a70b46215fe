"""The inbox of the caller."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from accounts.rest import RestView
from kernel.errors import ValidationFailed
from notifications import serializers as shapes
from notifications import services
from notifications.models import Notification, count_unread
from notifications.serializers import notification_body
from rest.pagination import page
from rest.queries import query_text
from rest.schema import operation, page_of

UNREAD = OpenApiParameter("unread", bool, description="Only unread notifications, or only read ones.")


class InboxView(RestView):
    @operation("inbox_list", answer=page_of(shapes.NotificationInfo), parameters=[UNREAD], paged=True)
    def get(self, request: Request) -> HttpResponseBase:
        """List my notifications, newest first."""
        rows = Notification.objects.of(self.user()).with_people()
        unread = query_text(request, "unread")
        if unread not in {None, "true", "false"}:
            raise ValidationFailed({"unread": [_("Must be true or false.")]})
        if unread is not None:
            rows = rows.filter(read_at__isnull=unread == "true")
        return self.answer(page(request, rows, notification_body))


class CountView(RestView):
    @operation("inbox_count", answer=shapes.UnreadCount)
    def get(self, request: Request) -> HttpResponseBase:
        """Count my unread notifications."""
        return self.answer({"unread": count_unread(self.user())})


class ReadAllView(RestView):
    @operation("inbox_read_all", takes=shapes.ReadUntil, answer=shapes.UnreadCount)
    def post(self, request: Request) -> HttpResponseBase:
        """Mark all notifications as read, or all up to a given one. The answer is the number of unread ones."""
        body = self.body(shapes.ReadUntil)
        services.mark_all_read(caller=self.caller(), until=body.get("until"))
        return self.answer({"unread": count_unread(self.user())})


class ReadView(RestView):
    @operation("inbox_read", answer=shapes.NotificationInfo)
    def post(self, request: Request, notification_id: UUID) -> HttpResponseBase:
        """Mark one notification as read."""
        row = services.mark_read(caller=self.caller(), notification_id=notification_id)
        return self.answer(notification_body(row))
