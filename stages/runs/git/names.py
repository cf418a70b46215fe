"""How long the name of a branch may be: the tables know it without loading what runs git."""

from __future__ import annotations

from typing import Final

MAX_BRANCH: Final = 200
