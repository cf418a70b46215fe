"""The events of automation: of packages on the site's chain, of modules, rules and scripts on their project's."""

from __future__ import annotations

from functools import partial
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.event_types import (
    EVENT_KINDS,
    EventContext,
    EventKind,
    EventType,
    Facts,
    InboxLine,
    Text,
    register_event_groups,
    register_events,
)
from notifications.topics import MAIL_TOPICS, MailTopic

KIND: Final = "automation"


def _module(context: EventContext) -> str:
    """What people call a module; older events have its name alone."""
    return f"{context.data.get('title') or context.data['name']} {context.data['version']}"


def _name(context: EventContext) -> str:
    return str(context.data["name"])


def _script(context: EventContext) -> str:
    return str(context.data["script"])


def _switched(context: EventContext) -> Text:
    if context.data["is_on"]:
        return _("{name} switched the script {thing} on")
    return _("{name} switched the script {thing} off")


def _renamed(context: EventContext) -> Text:
    was = str(context.data["was"]).replace("{", "{{").replace("}", "}}")
    return _("{name} renamed the rule “%(was)s” to {thing}") % {"was": was}


def _view_switched(context: EventContext) -> Text:
    if context.data["is_on"]:
        return _("{name} switched the view {thing} on")
    return _("{name} switched the view {thing} off")


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

_of_a_rule = partial(EventType, live=("rule_id", "name", "is_on"), words=_name, icon="workflow", kind=KIND)

RULE_SAVED: Final = _of_a_rule("rule.saved", sentence=_("{name} saved the rule {thing}"))
RULE_RENAMED: Final = _of_a_rule("rule.renamed", sentence=_renamed)
RULE_DELETED: Final = _of_a_rule("rule.deleted", sentence=_("{name} deleted the rule {thing}"), icon="trash-2")


def _page(project_id: UUID | None, facts: Facts) -> str:
    return reverse("automation:script", args=[project_id, facts["script_id"]])


def _proposal(project_id: UUID | None, facts: Facts) -> str:
    return reverse("workspace:proposal", args=[project_id, facts["number"]])


_line = partial(InboxLine, icon="braces", thing=lambda facts: str(facts["name"]), link=_page)

PROPOSED_LINE: Final = _line(
    "script.proposed",
    title="A script of yours proposes something",
    mail=_("{name} proposed something on your behalf"),
    sentence=_("{name} proposed {thing} on your behalf"),
    link=_proposal,
)
OFF_LINE: Final = _line(
    "script.off",
    title="A script of yours is off",
    mail=_("{name} switched a script off that had failed three times"),
    sentence=_("{name} switched {thing} off: it failed three times in a row. What it was to look at waits."),
)
PAUSED_LINE: Final = _line(
    "script.paused",
    title="A script is paused",
    mail=_("{name} paused a script, whose owner is none any more"),
    sentence=_("{name} paused {thing}: who switched it on is no owner any more. Switch it on again to go on."),
)

_of_a_script = partial(EventType, live=("script_id", "name"), words=_name, icon="braces", kind=KIND)

SCRIPT_SAVED: Final = _of_a_script(
    "script.saved", live=("script_id", "name", "sha256"), sentence=_("{name} saved the script {thing}")
)
SCRIPT_SWITCHED: Final = _of_a_script(
    "script.switched",
    live=("script_id", "name", "is_on"),
    sentence=_switched,
    icon="circle-play",
    inbox=(OFF_LINE,),
)
SCRIPT_PAUSED: Final = _of_a_script(
    "script.paused",
    sentence=_("The script {thing} is paused: who switched it on is no owner any more"),
    inbox=(PAUSED_LINE,),
)
SCRIPT_SKIPPED: Final = _of_a_script(
    "script.skipped",
    live=("script_id", "name", "generation"),
    sentence=_("The script {thing} was not started: scripts had set each other off too often"),
)
SCRIPT_DELETED: Final = _of_a_script("script.deleted", sentence=_("{name} deleted the script {thing}"), icon="trash-2")
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
    inbox=(PROPOSED_LINE,),
)


def _switch_page(project_id: UUID | None, facts: Facts) -> str:
    return reverse("automation:switch_script", args=[project_id, facts["script_id"]])


SCRIPT_WANTS_GRANTS: Final = InboxLine(
    "script.asked",
    title="A script waits for you to switch it on",
    icon="key-round",
    mail=_("{name} asks you to read a script and to switch it on"),
    sentence=_("{name} asks you to read the script {thing} and to switch it on"),
    thing=lambda facts: str(facts["name"]),
    link=_switch_page,
)
SCRIPT_ASKED: Final = _of_a_script(
    "script.asked",
    sentence=_("{name} asked the owners to switch the script {thing} on"),
    icon="key-round",
    inbox=(SCRIPT_WANTS_GRANTS,),
)
VIEW_SWITCHED: Final = EventType(
    "view.switched",
    live=("view_id", "name", "is_on"),
    words=_name,
    sentence=_view_switched,
    icon="circle-play",
    kind=KIND,
)

EVENTS: Final = (
    *(MODULE_ADDED, MODULE_INSTALLED, MODULE_UNINSTALLED, MODULE_ADOPTED, MODULE_LEFT),
    *(RULE_SAVED, RULE_RENAMED, RULE_DELETED),
    *(SCRIPT_SAVED, SCRIPT_SWITCHED, SCRIPT_PAUSED, SCRIPT_SKIPPED, SCRIPT_STARTED, SCRIPT_COMPLETED),
    *(SCRIPT_ASKED, SCRIPT_DELETED),
    VIEW_SWITCHED,
)


def register() -> None:
    """Register all of them, with a filter of their own."""
    EVENT_KINDS.register(KIND, EventKind(_("Automation"), position=14))
    MAIL_TOPICS.register(
        "script", MailTopic(_("A script waits for you, proposes something, or has stopped"), position=27)
    )
    register_event_groups(module=_("Modules"), rule=_("Rules"), script=_("Scripts"), view=_("Views"))
    register_events(*EVENTS)
