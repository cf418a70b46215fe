"""What comments say of proposals, which are an app above: their page."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse


def proposal_page(project_id: UUID | None, number: int, **query: str) -> str:
    """The page of proposal P`number`."""
    address = reverse("workspace:proposal", args=[project_id, number])
    return f"{address}?{urlencode(query)}" if query else address
