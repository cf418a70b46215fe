"""The words of the script of the editor of scripts; `{name}` is filled in by it."""

from __future__ import annotations

from django.utils.translation import gettext as _


def script_words() -> dict[str, str]:
    return {
        "scripts.label": _("Text of the script {name}"),
        "scripts.lines": _("+{added} −{removed} lines"),
        "scripts.size": _("{lines} lines · {size} of 64 KiB"),
        "scripts.kept": _("Kept on the server {time}"),
        "scripts.kept_here": _("Kept in this browser"),
        "scripts.wrong": _("Line {line}: {problem}"),
        "scripts.saved": _("Saved."),
        "scripts.replaced": _("{name} has saved this script; you see their text."),
        "scripts.deleted": _("{name} deleted this script."),
        "scripts.restored": _("You had not saved this text."),
        "scripts.away": _("Not saved: the server does not answer. Your text is kept in this browser."),
        "scripts.conflict": _("{name} saved this script while you were writing ({time})."),
        "scripts.conflict_earlier": _("Somebody saved this script after you had begun to write ({time})."),
        "scripts.saved_text": _("The text that is saved"),
        "scripts.text_of": _("The text of {name}"),
        "scripts.text_yours": _("Your text"),
        "scripts.text_both": _("Both changes in one text"),
        "scripts.compare_by_hand": _(
            "Nothing is saved yet. Take over from the left what you want to keep, then use the text at the right."
        ),
        "scripts.compare_merged": _(
            "The changes are at different lines, so the text at the right has both. Nothing is saved yet."
        ),
    }
