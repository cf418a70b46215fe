"""The events of automation: of packages on the site's chain, of modules, rules and scripts on their project's."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.utils.translation import gettext_lazy as _

from audit.event_types import (
    EVENT_KINDS,
    EventContext,
    EventKind,
    EventType,
    Text,
    register_event_groups,
    register_events,
)

KIND: Final = "automation"


def _module(context: EventContext) -> str:
    return f"{context.data['name']} {context.data['version']}"


def _name(context: EventContext) -> str:
    return str(context.data["name"])


def _script(context: EventContext) -> str:
    return str(context.data["script"])


def _switched(context: EventContext) -> Text:
    if context.data["is_on"]:
        return _("{name} switched the script {thing} on")
    return _("{name} switched the script {thing} off")


def _completed(context: EventContext) -> Text:
    if context.data["state"] == "succeeded":
        return _("The script {thing} ended")
    return _("The script {thing} did not end as it should")


_of_a_package = partial(EventType, chain="site", words=_module, icon="layers")
_of_a_module = partial(EventType, live=("name", "version", "sha256"), words=_module, icon="layers", kind=KIND)

MODULE_ADDED: Final = _of_a_package("module.added", sentence=_("{name} added the module {thing} to this site"))
MODULE_INSTALLED: Final = _of_a_package("module.installed", sentence=_("{name} installed the module {thing}"))
MODULE_UNINSTALLED: Final = _of_a_package("module.uninstalled", sentence=_("{name} uninstalled the module {thing}"))
MODULE_ADOPTED: Final = _of_a_module("module.adopted", sentence=_("{name} adopted the module {thing}"))
MODULE_LEFT: Final = _of_a_module("module.left", sentence=_("{name} left the module {thing}"), icon="log-out")

RULE_SAVED: Final = EventType(
    "rule.saved",
    live=("rule_id", "name", "is_on"),
    words=_name,
    sentence=_("{name} saved the rule {thing}"),
    icon="workflow",
    kind=KIND,
)

_of_a_script = partial(EventType, live=("script_id", "name"), words=_name, icon="braces", kind=KIND)

SCRIPT_SAVED: Final = _of_a_script("script.saved", sentence=_("{name} saved the script {thing}"))
SCRIPT_SWITCHED: Final = _of_a_script(
    "script.switched", live=("script_id", "name", "is_on"), sentence=_switched, icon="circle-play"
)
SCRIPT_STARTED: Final = _of_a_script(
    "script.started", live=("script_id", "name", "execution_id"), sentence=_("{name} ran the script {thing}")
)
SCRIPT_COMPLETED: Final = EventType(
    "script.completed",
    live=("execution_id", "script", "state", "code", "proposal_id", "changes"),
    words=_script,
    sentence=_completed,
    icon="wand-sparkles",
    kind=KIND,
)

EVENTS: Final = (
    *(MODULE_ADDED, MODULE_INSTALLED, MODULE_UNINSTALLED, MODULE_ADOPTED, MODULE_LEFT),
    *(RULE_SAVED, SCRIPT_SAVED, SCRIPT_SWITCHED, SCRIPT_STARTED, SCRIPT_COMPLETED),
)


def register() -> None:
    """Register all of them, with a filter of their own."""
    EVENT_KINDS.register(KIND, EventKind(_("Automation"), position=14))
    register_event_groups(module=_("Modules"), rule=_("Rules"), script=_("Scripts"))
    register_events(*EVENTS)
