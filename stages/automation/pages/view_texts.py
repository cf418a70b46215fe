"""The words of the scripts of declared views, translated here; `{name}` is filled in by the script."""

from __future__ import annotations

from django.utils.translation import gettext as _


def view_texts() -> dict[str, str]:
    """What a board and a form say as they are used."""
    return {
        "board.lifted": _(
            "{card} is picked up in {group}. Left and right choose a group, Space drops it, Esc gives up."
        ),
        "board.at": _("{group}, {at} of {count}"),
        "board.moved": _("{card} moved to {group}"),
        "board.given_up": _("{card} stays in {group}"),
        "board.made": _("{card} made in {group}"),
        "board.made.elsewhere": _("{card} is made. It is not shown here: a filter or the search leaves it out."),
        "board.waiting": _("Kept here, sent when you are connected"),
        "board.kept": _("You moved this and it was not sent."),
        "form.stale": _("It was changed to “{text}” meanwhile."),
        "form.stale.by": _("{name} changed it to “{text}” meanwhile."),
        "form.first": _("This is the first record."),
        "form.last": _("This is the last record. Ctrl+Enter makes a new one."),
        "form.elsewhere.one": _("{n} field of another record is not saved: look at it"),
        "form.elsewhere.other": _("{n} fields of other records are not saved: look at them"),
        "board.stale": _("It was moved to “{group}” meanwhile."),
        "board.stale.by": _("{name} moved it to “{group}” meanwhile."),
    }
