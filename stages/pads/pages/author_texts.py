"""The words of the script that shows who wrote what; `{name}` is filled in by it."""

from __future__ import annotations

from django.utils.translation import gettext as _


def author_texts() -> dict[str, str]:
    """What the page of a pad says of the authors of its text."""
    return {
        "pads.somebody": _("Somebody"),
        "pads.authors.card": _("Who wrote this"),
        "pads.authors.words": _("{name}’s words"),
        "pads.authors.choose": _("Show what {name} wrote"),
        "pads.authors.share": _("{n} · {percent} %"),
        "pads.authors.sum.one": _("{name}: {characters} of {all} characters in {n} line"),
        "pads.authors.sum.other": _("{name}: {characters} of {all} characters in {n} lines"),
    }
