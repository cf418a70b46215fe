"""Scripts on change as people see them: what each watches, what waits for it, and why it does not run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Min
from django.utils.translation import gettext as _

from accounts.models import Kind as AccountKind
from proposals.models import Proposal, ProposalState
from stages.automation.changes.triggers import may_read
from stages.automation.choices import WAITS, Cause
from stages.automation.executing.scripts import grants_of
from stages.automation.executing.undecided import ORIGIN
from stages.automation.models import Due, Execution, Switch
from stages.automation.reading.failures import failure_of
from stages.automation.reading.scripts import ScriptState


class OnChange(NamedTuple):
    """What a script does on change.

    `state` is `none` (it watches nothing), `on`, `off`, `failed` (it was switched off after failures), `paused` (who
    switched it on is no owner any more) or `full` (it waits until its open proposal is decided); `reason` says so in
    words, and is empty for the first three. `unread` are the triggers that it may not read, and so is not started by;
    `waiting` counts changes that wait, `since` is when the first of them was made.
    """

    triggers: tuple[str, ...]
    unread: tuple[str, ...]
    state: str
    reason: str
    waiting: int
    since: datetime | None
    proposal: Proposal | None


def on_change_of(project_id: UUID, states: Iterable[ScriptState]) -> dict[str, OnChange]:
    """What each of these scripts does on change, by its id; in four queries, however many they are."""
    listed = list(states)
    ids = [each.script.id for each in listed]
    switches = {
        str(each.record): each
        for each in Switch.objects.filter(project=project_id, record__in=ids).select_related("changed_by")
    }
    waiting: dict[str, tuple[int, datetime]] = {
        str(row["record"]): (row["count"], row["first"])
        for row in Due.objects.filter(project=project_id, record__in=ids)
        .order_by()
        .values("record")
        .annotate(count=Count("id"), first=Min("since"))
    }
    proposals = _open_proposals(project_id, ids)
    newest = _newest(project_id, ids)
    found = {}
    for each in listed:
        key = each.script.id
        state, reason = _state(each, switches.get(key), newest.get(key), proposals.get(key))
        count, since = waiting.get(key, (0, None))
        triggers = each.script.settings.on_change
        switch = switches.get(key)
        is_granted = switch is not None and each.is_on
        unread = tuple(one for one in triggers if switch and is_granted and not may_read(one, grants_of(switch)))
        found[key] = OnChange(triggers, unread, state, reason, count, since, proposals.get(key))
    return found


def _open_proposals(project_id: UUID, ids: Iterable[str]) -> Mapping[str, Proposal]:
    found = Proposal.objects.filter(
        project=project_id, origin_type=ORIGIN, origin_id__in=list(ids), state=ProposalState.OPEN, touched=False
    )
    return {each.origin_id: each for each in found}


def _newest(project_id: UUID, ids: Iterable[str]) -> Mapping[str, Execution]:
    """The newest execution on change of each script."""
    found = Execution.objects.filter(project=project_id, script__in=list(ids), cause=Cause.CHANGE)
    return {str(each.script): each for each in found.order_by("script", "-id").distinct("script").defer("changes")}


def _state(
    state: ScriptState, switch: Switch | None, newest: Execution | None, proposal: Proposal | None
) -> tuple[str, str]:
    if not state.script.settings.on_change:
        return "none", ""
    if switch is None or not state.is_on:
        is_by_us = switch is not None and switch.changed_by.kind == AccountKind.SERVICE
        if switch is not None and is_by_us and switch.sha256 == state.script.sha256 and newest is not None:
            failure = failure_of(newest)
            words = _("It failed three times in a row, and was switched off: {failure}").format(
                failure=newest.error or failure.words or failure.label
            )
            return "failed", words
        return "off", ""
    if switch.is_paused:
        words = _("{name}, who switched it on, is no owner any more. It goes on once an owner switches it on again.")
        return "paused", words.format(name=switch.changed_by.display_name)
    if newest is not None and newest.code == WAITS and proposal is not None:
        words = _("{proposal} holds no more changes. What follows waits until it is decided.")
        return "full", words.format(proposal=proposal)
    return "on", ""
