"""What the workspace says where an address names a field that the project does not have."""

from __future__ import annotations

from typing import TypedDict
from urllib.parse import quote
from uuid import UUID

from django.urls import reverse

from drafts.models import Draft
from kernel.errors import ValidationFailed
from projects.fields import FILES, check_field_name, file_path

MAX_NAME = 200


class MissingField(TypedDict):
    """The `name` as people read it. `version` deleted it, and `href` shows it in the version before; or 0 and ""."""

    name: str
    version: int
    href: str


def missing_field(project_id: UUID, name: str) -> MissingField:
    """Describe a field that is in no list of the workspace: a file that was deleted, or that there never was."""
    label = file_path(name) if name.startswith(FILES) else name
    last = _last_change(project_id, name)
    if last is None:
        return {"name": label[:MAX_NAME], "version": 0, "href": ""}
    before = reverse("workspace:version", args=[project_id, last.version_number - 1])
    return {"name": label, "version": last.version_number, "href": f"{before}?field={quote(name, safe='')}"}


def _last_change(project_id: UUID, name: str) -> Draft | None:
    try:
        check_field_name(name)
    except ValidationFailed:
        return None
    changes = Draft.objects.of_project(project_id).filter(changed_fields__contains=[name])
    return changes.order_by("-version_number").first()
