"""What the editor of a shared text says."""

from __future__ import annotations

from django.utils.translation import gettext as _


def text_words() -> dict[str, str]:
    """The line under the text."""
    return {
        "registers.text.saved": _("All saved"),
        "registers.text.saving": _("Saving…"),
        "registers.text.not_saved": _("Not saved"),
        "registers.text.offline": _("Offline"),
        "registers.text.offline_typed": _("Offline: keep writing"),
        "registers.text.conflict": _("There are different texts here. Decide between them first."),
    }
