"""What the record does along with a link: home pushes what its peer lacks, and each side fetches what was asked for."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Mapping
from typing import Any, Final

from kernel.errors import DomainError, ValidationFailed
from stages.replication.home.keeping import keep_part, keep_texts, missing_texts, next_file
from stages.replication.home.methods import FILE, PUSH, TEXTS
from stages.replication.home.sending import may_copy, next_push, note_copied
from stages.replication.home.wire import Position, read_position
from stages.replication.link.methods import NO_SUCH_METHOD, WORKERS, Link, RemoteError
from stages.replication.link.waking import LOOK_AGAIN, News, jittered

logger = logging.getLogger(__name__)

# Seconds in which further events come along with one.
GATHERING: Final = 0.2
# Seconds until a push is tried again that was refused, and contents are asked for again that were not there.
TRY_AGAIN: Final = 30.0


def register() -> None:
    """Add everything here to its registry."""
    WORKERS.register("record", push_record)
    WORKERS.register("contents", fetch_contents)


async def push_record(link: Link) -> None:
    """Push the record, for ever: from where the other site's copy ends, as it says."""
    has, verified = _copied(link.peer_state.get("record"))
    while True:
        if not await link.lanes.read(functools.partial(may_copy, link.project_id, link.peer_key)):
            # A change of its rights wakes for everything.
            await link.woken(jittered(LOOK_AGAIN), News.STATE)
            continue
        work = functools.partial(next_push, link.project_id, link.peer_key, has, verified)
        push = await link.lanes.read(work)
        if push is None:
            if News.EVENTS in await link.woken(jittered(LOOK_AGAIN), News.EVENTS, News.STATE):
                await asyncio.sleep(GATHERING)
            continue
        try:
            answer = await link.call(PUSH, push.as_json())
        except RemoteError as refused:
            if refused.code == NO_SUCH_METHOD:
                raise
            logger.warning("the record of %s was refused by %s: %s", link.project_id, link.peer_key, refused)
            await link.woken(TRY_AGAIN, News.STATE)
            has, verified = _copied(link.peer_state.get("record"))
            continue
        has, verified = _copied(answer)
        await link.lanes.write(functools.partial(note_copied, link.project_id, link.peer_key, has))
        if not push.events and push.proof is None:
            # Both have seen that their records differ. A person decides.
            await link.woken(TRY_AGAIN, News.STATE)


async def fetch_contents(link: Link) -> None:
    """Fetch what people here asked for, for ever; what the other site lacks is asked for again after a while."""
    state, lacking = link.peer_state, set[str]()
    while True:
        if state is not link.peer_state:
            state, lacking = link.peer_state, set()
        if await _fetch_texts(link, lacking) or await _fetch_file(link, lacking):
            continue
        pause = TRY_AGAIN if lacking else LOOK_AGAIN
        if not await link.woken(jittered(pause), News.WANTED, News.STATE):
            lacking = set()


async def _fetch_texts(link: Link, lacking: set[str]) -> bool:
    hashes = await link.lanes.read(functools.partial(missing_texts, link.project_id, frozenset(lacking)))
    if not hashes:
        return False
    try:
        texts = (await link.call(TEXTS, {"hashes": hashes})).get("texts")
    except RemoteError:
        texts = None
    given: Mapping[str, Any] = texts if isinstance(texts, dict) else {}
    asked = {each: text for each, text in given.items() if each in hashes}
    keep = functools.partial(keep_texts, link.project_id, asked, peer_id=link.remote.peer_id)
    kept = await link.lanes.write(keep)
    if not kept:
        lacking.update(hashes)
    return True


async def _fetch_file(link: Link, lacking: set[str]) -> bool:
    fetch = await link.lanes.read(functools.partial(next_file, link.project_id, frozenset(lacking)))
    if fetch is None:
        return False
    # Unless it comes as a whole, it is not asked for here again before the next state.
    lacking.add(fetch.blake3)
    while fetch is not None:
        try:
            facts, data = await link.call_for_frame(FILE, {"blake3": fetch.blake3, "offset": fetch.offset})
            size = facts.get("size")
            if type(size) is not int or size < 0:
                return True
            fetch = await link.lanes.write(functools.partial(keep_part, fetch, size=size, data=data))
        except (RemoteError, DomainError) as refused:
            logger.info("a file of %s did not come from %s: %s", link.project_id, link.peer_key, refused)
            return True
    return True


def _copied(answer: Any) -> tuple[Position, int]:
    """How far the other site's copy goes, and up to which event a checkpoint vouches for it."""
    try:
        position = read_position({"record": answer}, "record")
    except ValidationFailed:
        return Position(0, ""), 0
    verified = answer.get("verified")
    return position, verified if type(verified) is int and 0 <= verified < 2**53 else 0
