"""Words that several pages of the fleet share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from stages.fleet.choices import Destination, Layer
from stages.fleet.models import Directive

# The file of each destination in a repository.
FILES: Final[Mapping[str, str]] = {
    Destination.CLAUDE: "CLAUDE.md",
    Destination.AGENTS: "AGENTS.md",
    Destination.COPILOT: ".github/copilot-instructions.md",
    Destination.CURSOR: ".cursor/rules/foundry.mdc",
    Destination.GEMINI: "GEMINI.md",
}


def file_of(directive: Directive) -> str:
    """The file as people know it: its path in a repository, or in the home folder of a user."""
    if directive.destination == Destination.FILE:
        return directive.path
    name = FILES[directive.destination]
    return f"~/.claude/{name}" if directive.layer == Layer.USER else name


def destination_words(directive: Directive) -> str:
    """For which programs it is written."""
    if directive.destination == Destination.FILE:
        return _("A file of its own")
    return str(Destination(directive.destination).label)
