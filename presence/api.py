"""Who is here, for clients that poll."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from accounts.serializers import PersonSerializer
from presence.redis_presence import as_json
from presence.services import present
from projects.rest import ProjectView
from rest.pagination import whole
from rest.schema import operation, page_of


class PresentPerson(serializers.Serializer[Any]):
    """A person in the project, and the fields they are in."""

    user = PersonSerializer()
    fields = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]


class PresenceView(ProjectView):
    @operation("presence_list", answer=page_of(PresentPerson))
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """List the people with an open socket, once each, by name."""
        self.access()
        return self.answer(whole(as_json(present(project_id))))
