"""Where the first tables of a project can come from besides its own people, for the page of a project without any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise

from kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class Beginning:
    """A page of the project from which tables come: what it is called, and a sentence about it."""

    label: Promise
    words: Promise
    url_name: str

    def address(self, project_id: UUID) -> str:
        return reverse(self.url_name, args=[project_id])


BEGINNINGS: Final = Registry[Beginning]("beginning of tables")


def beginnings(project_id: UUID) -> list[tuple[Beginning, str]]:
    """All of them, each with the address of its page."""
    return [(each, each.address(project_id)) for each in BEGINNINGS.values()]
