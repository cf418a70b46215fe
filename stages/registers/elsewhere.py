"""Files that records name and that are not attached here: apps that fetch them from other sites say where they open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from kernel.registry import Registry

# The address of the page of a file, by the project and its BLAKE3; empty for one that the app does not know.
FILES_ELSEWHERE: Final = Registry[Callable[[UUID, str], str]]("page of files that are elsewhere")


def page_of_file(project_id: UUID, blake3: str) -> str:
    """Where a file is opened that no attachment has; empty where no app knows it."""
    return next((page for of in FILES_ELSEWHERE.values() if (page := of(project_id, blake3))), "")
