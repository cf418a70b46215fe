"""What passages add to registers and to new versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drafts.new_versions import when_written
from stages.automation.facets import COLUMNS, PASSAGE
from stages.automation.jobs import follow_version
from stages.registers.schema.linked import link_to


def register() -> None:
    link_to(PASSAGE, title=_("Passages"), columns=COLUMNS[PASSAGE], address_of=address_of)
    when_written("automation", follow_version)


def address_of(project_id: UUID, record: str, shown: Mapping[str, Any]) -> str:
    """The workspace at a passage."""
    query = urlencode({"field": shown.get("field") or "", "panel": "passages", "passage": record})
    return f"{reverse('workspace:workspace', args=[project_id])}?{query}"
