"""How events say that something came from another site."""

from __future__ import annotations

from typing import Final

SITE: Final = "site"
