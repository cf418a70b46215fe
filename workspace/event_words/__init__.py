"""What an event says, in a few words for people: `v15: Prompt, Model configuration`, `Prompt, token 405`.

Who and when stand beside the words; values before and after are the audit viewer's. Every action of the product is in
one of the two tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from audit.models import Event
from workspace.event_words.acts import act_words
from workspace.event_words.of_projects import PROJECT_WORDS, lease_end_words
from workspace.event_words.of_the_site import SITE_WORDS

__all__ = ["EVENT_WORDS", "act_words", "event_words", "lease_end_words"]

EVENT_WORDS: Final = {**PROJECT_WORDS, **SITE_WORDS}
_NOBODY: Final[Mapping[str, str]] = MappingProxyType({})


def event_words(event: Event, *, names: Mapping[str, str] = _NOBODY) -> str:
    """An event in a few words, in the reader's language.

    `names` are display names by account id, for facts about accounts: their records name the account by its id only.
    An event of another shape (an older build's, or a forged one) is told by what it is about.
    """
    tell = EVENT_WORDS.get(event.action)
    try:
        said = tell(event, event.data) if tell else ""
    except (KeyError, TypeError, AttributeError, ValueError):
        said = ""
    if event.target_type != "user":
        return said or f"{event.target_type} {event.target_id}"
    is_own = event.target_id == str(event.actor_id)
    name = event.record["actor"]["name"] if is_own else names.get(event.target_id, "")
    return (said if is_own and said else ", ".join(part for part in (name, said) if part)) or event.target_id
