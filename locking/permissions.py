"""What members may do with the locks of a project."""

from __future__ import annotations

from typing import Final

from projects.models import Role
from projects.permissions import ALWAYS, OPEN, Permission

PERMISSIONS: Final = (
    Permission("lock.acquire", Role.EDITOR, OPEN),
    Permission("lock.request", Role.EDITOR, OPEN),
    Permission("lock.hand_over", Role.EDITOR, OPEN),
    Permission("lock.take_over", Role.OWNER, OPEN),
    # Giving back what one holds is never refused for the project's status.
    Permission("lock.release", Role.VIEWER, ALWAYS),
)
