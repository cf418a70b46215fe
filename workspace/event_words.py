"""Events in words, in the reader's language, as registered with their types (`audit.event_types`).

Events of another shape (an older build's, or forged ones), and those of an app that is no longer installed, are shown
by their bare names.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.urls import NoReverseMatch
from django.utils.translation import gettext_lazy

from audit.event_types import EVENT_TYPES, EventContext, EventType, Link
from audit.models import SITE_CHAIN, Event

_NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})
# What a function of a type raises for data of another shape.
_MISSHAPEN: Final = (KeyError, TypeError, AttributeError, ValueError)
_OTHERWISE: Final = EventType("", sentence=gettext_lazy("{name}: {thing}"))


def event_words(event: Event, *, names: Mapping[str, str] = _NO_NAMES) -> str:
    """An event in a few words, as the audit trail shows it: `v15: Prompt, topology.yaml`, `Prompt, lock token 405`.

    `names` are display names by account id, for events about accounts: their records name the account by its id only.
    """
    try:
        words = EVENT_TYPES.get(event.action, _OTHERWISE).words(EventContext(event, names))
    except _MISSHAPEN:
        words = ""
    if event.target_type != "user":
        return words or f"{event.target_type} {event.target_id}"
    is_own = event.target_id == str(event.actor_id)
    name = event.record["actor"]["name"] if is_own else names.get(event.target_id, "")
    return (words if is_own and words else ", ".join(part for part in (name, words) if part)) or event.target_id


def event_sentence(event: Event, *, names: Mapping[str, str] = _NO_NAMES) -> tuple[str, str]:
    """What somebody did, for the people of a project: a sentence with `{name}` and `{thing}` in it, and the thing."""
    found, context = EVENT_TYPES.get(event.action, _OTHERWISE), EventContext(event, names)
    try:
        sentence = str(found.sentence(context) if callable(found.sentence) else found.sentence)
        if sentence and found is not _OTHERWISE:
            return sentence, (found.thing or found.words)(context) if "{thing}" in sentence else ""
    except _MISSHAPEN:
        pass
    return str(_OTHERWISE.sentence), event.action


def event_verb(event: Event) -> str:
    """What was done, without who did it and to what: `Reverted to`, `Signed release`; empty for an unknown type.

    It is the sentence of the type without its `{name}` and `{thing}`, for tables that have columns for these.
    """
    found = EVENT_TYPES.get(event.action)
    if found is None:
        return ""
    try:
        sentence = str(found.sentence(EventContext(event, _NO_NAMES)) if callable(found.sentence) else found.sentence)
    except _MISSHAPEN:
        return ""
    parts = [part.strip(" :,;") for part in sentence.replace("{name}", "").split("{thing}")]
    verb = " … ".join(part for part in parts if part)
    return verb[:1].upper() + verb[1:]


def event_link(event: Event) -> str:
    """The address of what an event is about; empty where there is none."""
    project_id = None if event.chain == SITE_CHAIN else UUID(event.chain)
    return followed(EVENT_TYPES.get(event.action, _OTHERWISE).link, project_id, event.data)


def followed(link: Link, project_id: UUID | None, facts: Mapping[str, Any]) -> str:
    """The address of a link; empty if the facts do not have one."""
    try:
        return link(project_id, facts)
    except (*_MISSHAPEN, NoReverseMatch):
        return ""
