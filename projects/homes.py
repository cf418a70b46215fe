"""Where a replica is at home. The app that keeps replicas registers who knows: projects have no table for other sites.

HOME_NAMES.register("replication", home_name)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from kernel.registry import Registry

HOME_NAMES: Final = Registry[Callable[[UUID], str]]("name of a project's home")


def home_name(project_id: UUID | None) -> str:
    """The name of the site where a replica is at home; empty where no app knows it."""
    if project_id is None:
        return ""
    return next((name for named in HOME_NAMES.values() if (name := named(project_id))), "")
