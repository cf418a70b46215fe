"""Who may read registers, and who writes them."""

from __future__ import annotations

from typing import Final

from projects.models import Role
from projects.permissions import ALWAYS, OPEN_OR_REPLICA, Permission

READ: Final = "register.read"
WRITE: Final = "register.write"

PERMISSIONS: Final = (
    Permission(READ, Role.VIEWER, ALWAYS),
    Permission(WRITE, Role.EDITOR, OPEN_OR_REPLICA),
)
