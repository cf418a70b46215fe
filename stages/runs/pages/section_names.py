"""The sections that runs have in a project's settings, by their names there."""

from __future__ import annotations

from typing import Final

MODELS: Final = "models"
REPOSITORIES: Final = "repositories"
