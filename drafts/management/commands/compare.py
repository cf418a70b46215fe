"""`manage.py compare PROJECT 14 15`: what differs between two versions, in the terminal."""

from __future__ import annotations

from typing import Any, Final

from django.core.management.base import BaseCommand, CommandParser
from django.utils.termcolors import make_style

from drafts.compare.versions import compare_drafts
from drafts.exchange.difference import comparison_lines, without_colours
from drafts.exchange.terminal import project_id, refusals
from drafts.reading import get_draft

_STYLES: Final = {
    "title": make_style(opts=("bold",)),
    "place": make_style(fg="cyan"),
    "removed": make_style(fg="red"),
    "added": make_style(fg="green"),
    "moved": make_style(fg="blue"),
    "marked_removed": make_style(fg="red", opts=("reverse",)),
    "marked_added": make_style(fg="green", opts=("reverse",)),
}


class Command(BaseCommand):
    help = "Print what differs between two versions of a project: texts by lines and words, the configuration by path."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", type=project_id, help="its id, or its name")
        parser.add_argument("base", type=int, help="the version to compare with; 0 for nothing at all")
        parser.add_argument("target", type=int, help="the version to tell")
        parser.add_argument("--field", help="only this field, such as prompt_text or files/a.md")
        parser.add_argument("--after", type=int, default=0, help="with --field: leave out so many lines or values")

    def handle(self, *args: Any, **options: Any) -> None:
        project, base, target = options["project"], options["base"], options["target"]
        with refusals():
            old = get_draft(project_id=project, version=base) if base else None
            new = get_draft(project_id=project, version=target)
            comparison = compare_drafts(old, new, options["field"], after=max(options["after"], 0))
        is_coloured = self.style.SUCCESS("x") != "x"
        paint = _painted if is_coloured else without_colours
        self.stdout.write(f"v{base} → v{target}: ", ending="")
        for line in comparison_lines(comparison, paint=paint):
            self.stdout.write(line)


def _painted(kind: str, text: str) -> str:
    return _STYLES[kind](text) if text else ""
