"""The station of Foundry: keeps approved texts unaltered in the files that agents on this machine read."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
