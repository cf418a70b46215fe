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


def name_and_folder(place: str) -> tuple[str, str]:
    """The name of a file, and where it is, of `host/owner/name:a/FILE.md`, `~/.claude/FILE.md` or `/etc/FILE.md`."""
    repository, colon, path = ("", "", place) if place[:1] in {"~", "/"} else place.partition(":")
    if not colon:
        repository, path = "", place
    folder, _slash, name = path.rpartition("/")
    return name, f"{repository}/{folder}".strip("/") if repository else folder


def destination_words(directive: Directive) -> str:
    """For which programs it is written."""
    if directive.destination == Destination.FILE:
        return _("A file of its own")
    return str(Destination(directive.destination).label)
