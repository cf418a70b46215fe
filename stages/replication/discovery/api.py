"""The sites found in the network, over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.request import Request

from projects.access import Access, get_project
from projects.rest import ProjectView
from rest.pagination import whole
from rest.schema import operation, page_of
from stages.replication.discovery.nearby import nearby
from stages.replication.discovery.serializers import NearbySite
from stages.replication.models import Peer
from stages.replication.permissions import READ


class NearbySitesView(ProjectView):
    def access(self) -> Access:
        return get_project(user=self.user(), project_id=self.project_id, action=READ)

    @operation("sites_list_nearby", answer=page_of(NearbySite))
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Sites of this project that were found in the network; none unless an operator has switched discovery on."""
        self.access()
        found = nearby(project_id)
        keys = [bytes.fromhex(each.key) for each in found]
        known = {each.key_text: each for each in Peer.objects.filter(project=project_id, key__in=keys)}
        return self.answer(whole([_body(each.key, list(each.addresses), known.get(each.key)) for each in found]))


def _body(key: str, addresses: list[str], peer: Peer | None) -> dict[str, Any]:
    return {
        "key": key,
        "addresses": addresses,
        "name": peer.name if peer is not None else "",
        "is_admitted": peer is not None and peer.is_admitted,
    }
