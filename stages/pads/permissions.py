"""Who may make pads, write in them, and change what they are called."""

from __future__ import annotations

from typing import Final

from projects.models import Role
from projects.permissions import NOT_ARCHIVED, Permission

PERMISSIONS: Final = (
    Permission("pad.create", Role.EDITOR, NOT_ARCHIVED),
    Permission("pad.write", Role.EDITOR, NOT_ARCHIVED),
    Permission("pad.manage", Role.EDITOR, NOT_ARCHIVED),
)
