"""What the sites of a project are called, where somebody knows better than the certificates of their people.

SITE_NAMES.register("replication", names_of_sites)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from kernel.registry import Registry

# A project's sites by their keys in lowercase hexadecimal digits, with one query.
SITE_NAMES: Final = Registry[Callable[[UUID], Mapping[str, str]]]("names of sites")


def known_names(project_id: UUID) -> dict[str, str]:
    """All that is known."""
    return {key: name for names_of in SITE_NAMES.values() for key, name in names_of(project_id).items()}
