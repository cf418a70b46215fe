"""What the activity page says of several events of runs in a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audit.event_types import Summary
from audit.models import Event

_ENDS: Final = {
    "run.succeeded": gettext_lazy("{n} answered"),
    "run.failed": gettext_lazy("{n} failed"),
    "run.canceled": gettext_lazy("{n} stopped"),
}


def _experiments(events: Sequence[Event]) -> str:
    counts = Counter(event.action for event in events)
    ends = [str(words).format(n=counts[action]) for action, words in _ENDS.items() if counts[action]]
    count = len({event.data["experiment_id"] for event in events})
    facts = [ngettext("{n} experiment", "{n} experiments", count).format(n=count)] if count > 1 else []
    words = _("“{title}”: {facts}") if facts or ends else _("“{title}”")
    return words.format(title=_title(events[0]), facts=", ".join(facts + ends))


def _title(event: Event) -> Hashable:
    return str(event.data["title"])


# Also experiments of the same title, such as the evaluations of one suite.
ASKED_MODELS: Final = Summary(gettext_lazy("{name} asked models in {thing}"), _experiments, about=_title)
