"""The words that the script says when one text meets another; `{…}` is filled in by it."""

from __future__ import annotations

from django.utils.translation import gettext as _


def merging_texts() -> dict[str, str]:
    return {
        "moved": _("{field} changed (v{version}) while you were editing."),
        "moved.by": _("{name} saved {field} as v{version} while you had unsaved changes."),
        "merge.title": _("Your unsaved changes to {field}"),
        "merge.text": _("Take lines over to the right, or edit there. Save the result as usual."),
        "merge.current": _("Current, v{version}"),
        "merge.yours": _("Yours, {time}"),
        "merge.now": _("Yours, not saved"),
        "merge.later": _("Later"),
        "merge.close": _("Close"),
        "merge.held": _("{name} is editing this field now. Your changes are safe."),
        "merge.take_line": _("Use this"),
        **_three_way(),
    }


def _three_way() -> dict[str, str]:
    return {
        "three_way.title": _("{field} changed while you were editing."),
        "three_way.about": _("You started from v{base}; {name} saved v{version}. Your changes are safe."),
        "three_way.about_somebody": _(
            "You started from v{base}; v{version} was saved meanwhile. Your changes are safe."
        ),
        "three_way.about_unsaved": _("You started from v{base} and have written something else since. Both are safe."),
        "three_way.kept": _("{field} changed since you wrote this."),
        "three_way.theirs_unsaved": _("now in the editor, not saved"),
        "three_way.yours_kept": _("from {time}, not saved"),
        "three_way.base": _("v{version}, where you started"),
        "three_way.theirs": _("v{version}"),
        "three_way.theirs_by": _("v{version}, {name}"),
        "three_way.yours": _("not saved"),
        "three_way.place": _("Line {line}"),
        "three_way.place_in": _("{heading}, line {line}"),
        "three_way.only": _("only {name} changed it"),
        "three_way.only_they": _("changed in the current text only"),
        "three_way.only_you": _("only you changed it"),
        "three_way.you_added": _("only you added it"),
        "three_way.same": _("both made the same change"),
        "three_way.both": _("changed in both"),
        "three_way.nothing": _("(no line)"),
        "three_way.choose": _("Choose"),
        "three_way.chosen.merged": _("Merged"),
        "three_way.chosen.base": _("Kept base"),
        "three_way.chosen.theirs": _("Took current"),
        "three_way.chosen.yours": _("Took yours"),
        "three_way.chosen.both_sides": _("Took both"),
        "three_way.chosen.written": _("Written"),
        "three_way.left.one": _("{n} conflict left"),
        "three_way.left.other": _("{n} conflicts left"),
        "three_way.none_left": _("All resolved"),
        "three_way.missing": _("Choose current, yours or both above, or write the line here"),
        "three_way.result": _("Merged text of {field}"),
    }
