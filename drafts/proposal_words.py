"""What versions and comments say of proposals, which are an app above: their page, and who wrote through one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

HUMAN = "human"


def proposal_page(project_id: UUID | None, number: int, **query: str) -> str:
    """The page of proposal P`number`."""
    address = reverse("workspace:proposal", args=[project_id, number])
    return f"{address}?{urlencode(query)}" if query else address


def written_by(writers: Collection[Mapping[str, Any]]) -> str:
    """The people who wrote a proposal, as events name them: `written by Ed and Mara, with an agent`.

    Agents and services are named where no person wrote with them.
    """
    people = [each["display_name"] for each in writers if each["kind"] == HUMAN]
    names = people or [each["display_name"] for each in writers]
    words = _("{names} and {last}").format(names=", ".join(names[:-1]), last=names[-1]) if names[1:] else names[0]
    if people and len(people) < len(writers):
        return _("written by {names}, with an agent").format(names=words)
    return _("written by {names}").format(names=words)
