"""The message `state`: what a site has, said when a link opens, again when it is quiet, and every half minute."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Mapping
from typing import Any, Final

from kernel.errors import ValidationFailed
from kernel.statements import database_now
from kernel.transactions import one_moment
from stages.replication.admission.introductions import introductions_of
from stages.replication.admission.services import take_introductions
from stages.replication.home.sending import record_of
from stages.replication.ingest.reading import clock_of, moment_of, state_hash_of
from stages.replication.link.alarms import end_differs, raise_differs
from stages.replication.link.close_codes import LinkClose, LinkClosed
from stages.replication.link.heads import forks_of, held_of
from stages.replication.link.messages import State, StateAnswer
from stages.replication.link.methods import Answer, BadContent, Link, Remote, RemoteError, read_params
from stages.replication.link.services import note_state
from stages.replication.link.waking import LOOK_AGAIN, News, jittered
from stages.replication.models import Peer

# Seconds.
INTERVAL: Final = 30.0
MILLISECONDS: Final = 1000
# What may change what a site says of itself.
_OWN: Final = (News.BUNDLES, News.EVENTS, News.TAKEN)
# How long nothing happens before a site says again what it has.
QUIET: Final = 1.0


async def send_state(link: Link) -> None:
    """A worker of links: say what this site has."""
    loop = asyncio.get_running_loop()
    clock: Any = None
    news: frozenset[News] | None = frozenset(_OWN)
    while True:
        state = await link.lanes.read(functools.partial(own_state, link.remote))
        if state["clock"] != clock and News.BUNDLES not in (news or ()):
            # Bundles are here that nobody has announced: that was lost.
            link.wake(News.BUNDLES)
        clock, began = state["clock"], loop.time()
        await _say(link, state)
        until = began + jittered(LOOK_AGAIN)
        while (news := await _news_for(link, state, until)) is None:
            if await link.lanes.read(functools.partial(state_hash_of, link.project_id)) != state["state_hash"]:
                # Nothing has happened, and yet another state is shown: somebody has changed it by hand.
                await link.lanes.write(functools.partial(_compare, link.remote, link.peer_state))
                link.wake(News.STATE)
                news = frozenset()
                break
            # The same again, so that both know that they are linked.
            elapsed = int((loop.time() - began) * MILLISECONDS)
            await _say(link, {**state, "now": state["now"] + elapsed})


async def _news_for(link: Link, state: Mapping[str, Any], at_last: float) -> frozenset[News] | None:
    """Wait until it is time to say something again, and answer what has happened.

    None where nothing has, so that the same can be said, unless it is looked up `at_last` anyway.
    """
    loop = asyncio.get_running_loop()
    until = min(loop.time() + jittered(INTERVAL), at_last)
    happened = frozenset[News]()
    while (left := until - loop.time()) > 0:
        news = await link.woken(left, *_OWN)
        happened |= news
        if News.BUNDLES in news:
            await asyncio.sleep(QUIET)
            if await link.lanes.read(functools.partial(_has_changed, link.remote, state)):
                return happened
    return happened if happened or until == at_last else None


async def _say(link: Link, state: Mapping[str, Any]) -> None:
    # The forks in the answer are what that site says: `push_forks` of either side sends the bundles that show them.
    read_params(await _answer_to(link, state), StateAnswer)


async def _answer_to(link: Link, state: Mapping[str, Any]) -> dict[str, Any]:
    """What the other site answers. Without it a link is of no use, and begins anew."""
    try:
        return await link.call("state", state)
    except RemoteError as refusal:
        raise LinkClosed(LinkClose.TRY_LATER, str(refusal)) from None


def own_state(remote: Remote) -> dict[str, Any]:
    """What to say to a site: never more of the record than it may have."""
    with one_moment():
        moment = moment_of(remote.project_id)
        held = held_of(remote.project_id)
        may_copy = Peer.objects.filter(pk=remote.peer_id).values_list("copies", "is_home").get()
        record = record_of(remote.project_id) if any(may_copy) else {}
    return {
        "clock": moment.clock,
        "state_hash": moment.state_hash,
        "held": held,
        "admitted": introductions_of(remote.project_id),
        "record": record,
        "now": _now_ms(),
    }


def take_state(remote: Remote, params: Mapping[str, Any]) -> Answer:
    """Write down what a site has, and compare: where it says to have other bundles than ours, that is answered.

    Nothing is believed of a fork before a bundle that shows it has come.
    """
    state = read_params(params, State)
    skew_ms = state.now - _now_ms()
    note_state(
        remote,
        clock=state.clock,
        state_hash=state.state_hash,
        skew_ms=skew_ms,
        head_number=state.record.seq,
    )
    if state.admitted:
        _take_introductions(remote, state.admitted)
    forks = forks_of(remote.project_id, state.clock)
    _compare(remote, params)
    return Answer({"forks": [{"site": each.site, "number": each.number, "hash": each.hash} for each in forks]})


def _take_introductions(remote: Remote, admitted: list[dict[str, Any]]) -> None:
    try:
        take_introductions(project_id=remote.project_id, peer_key=remote.peer_key, introductions=admitted)
    except ValidationFailed as error:
        raise BadContent(str(error.errors)) from None


def _compare(remote: Remote, state: Mapping[str, Any]) -> None:
    """The same operations have to show the same."""
    theirs = {site: list(entry) for site, entry in state["clock"].items()}
    if theirs != {site: list(entry) for site, entry in clock_of(remote.project_id).items()}:
        return
    ours = moment_of(remote.project_id)
    if theirs != {site: list(entry) for site, entry in ours.clock.items()}:
        return
    if ours.state_hash == state["state_hash"]:
        end_differs(remote.peer_id)
    else:
        raise_differs(remote.peer_id, ())


def _has_changed(remote: Remote, state: Mapping[str, Any]) -> bool:
    """Whether there is more than was said."""
    has = clock_of(remote.project_id), held_of(remote.project_id), introductions_of(remote.project_id)
    return has != (state["clock"], state["held"], state["admitted"])


def _now_ms() -> int:
    return int(database_now().timestamp() * 1000)
