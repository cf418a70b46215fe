"""The name of the site where a replica is at home: this stage knows of none."""

from __future__ import annotations

from uuid import UUID


def name_of_home(project_id: UUID) -> str:
    return ""
