"""The words of the scripts of pads, translated here; `{name}` is filled in by the script."""

from __future__ import annotations

from django.utils.translation import gettext as _


def pad_texts() -> dict[str, str]:
    """What the page of a pad says as it happens."""
    return {
        "pads.kept": _("All kept"),
        "pads.kept_at": _("All kept · {time}"),
        "pads.on_their_way.one": _("{n} change on its way"),
        "pads.on_their_way.other": _("{n} changes on their way"),
        "pads.offline": _("Offline: keep writing"),
        "pads.offline.reading": _("Offline"),
        "pads.connecting": _("Connecting"),
        "pads.revision": _("Revision {n}"),
        "pads.lines.one": _("{n} line"),
        "pads.lines.other": _("{n} lines"),
        "pads.characters.one": _("{n} character"),
        "pads.characters.other": _("{n} characters"),
        "pads.place": _("Ln {line}, Col {column}"),
        "pads.here.one": _("{n} here now"),
        "pads.here.other": _("{n} here now"),
        "pads.writes": _("writes {place}"),
        "pads.reads": _("reads {place}"),
        "pads.writes_here": _("writes"),
        "pads.reads_here": _("reads"),
        "pads.line": _("L{n}"),
        "pads.follow": _("L{line}: follow {name}"),
        "pads.follow.stop": _("L{line}: stop following {name}"),
        "pads.until.read": _("here until {time}"),
        "pads.wrote": _("not here now"),
        "pads.nobody": _("Text it began with"),
        "pads.text": _("Text of {name}"),
        "pads.announce.joined": _("{name} opened the pad."),
        "pads.announce.offline": _("Offline. Keep writing: it is sent when you are connected again."),
        "pads.announce.kept": _("Connected again. All kept."),
        "pads.announce.closed": _("The pad was closed."),
        "pads.announce.reopened": _("The pad was reopened."),
        "pads.announce.following": _("Following {name}. Esc ends it."),
        "pads.merged": _("Your unsent text of {time} was merged in."),
        "pads.renewed": _("The pad's document was renewed. Your text is in the new one."),
        "pads.promote.asked": _("{name} wants to edit {field}. It becomes available once you promote or cancel."),
        "pads.copied": _("Copied"),
        "pads.refused.archived": _("The project was archived."),
        "pads.refused.closed": _("The pad was closed."),
        "pads.refused.reads": _("You can now only read it."),
    }


def history_texts() -> dict[str, str]:
    """What the page of a pad's history says as it happens."""
    return {
        "pads.newer.one": _("{n} newer change"),
        "pads.newer.other": _("{n} newer changes"),
    }
