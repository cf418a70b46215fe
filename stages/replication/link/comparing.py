"""What differs where two sites have the same operations and do not show the same: records, edges, mappings.

A site is asked for the digests of its mappings and one hash for each block of records and edges, and then for the
digests of the blocks that differ.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Mapping
from typing import Any, Final

from stages.replication.ingest.reading import blocks_of, digests_in, mappings_of
from stages.replication.link.alarms import MAX_NAMED, is_unnamed, raise_differs
from stages.replication.link.messages import Digests, DigestsGet
from stages.replication.link.methods import Answer, Link, Remote, read_params
from stages.replication.link.waking import LOOK_AGAIN, News, jittered

# Digits of the name of a block; everything longer is an id.
_BLOCK: Final = 2
# Seconds in which a bundle that is under way arrives.
_BETWEEN: Final = 1.0

# The ids of records and edges, and those of mappings.
DifferingIds = tuple[list[str], list[str]]


def answer_digests(remote: Remote, params: Mapping[str, Any]) -> Answer:
    """The hashes of all blocks with the digests of all mappings, or the digests of the records and edges of one."""
    block = read_params(params, DigestsGet).block
    if block is None:
        return Answer({"digests": blocks_of(remote.project_id) | mappings_of(remote.project_id)})
    return Answer({"digests": digests_in(remote.project_id, block)})


async def name_differences(link: Link) -> None:
    """A worker of links: find out which records, edges and mappings an alarm is about.

    What differs only while a bundle is under way is not named: it is looked at twice.
    """
    while True:
        if await link.lanes.read(functools.partial(is_unnamed, link.remote.peer_id)):
            first = await _differing(link)
            await asyncio.sleep(_BETWEEN)
            entities, mappings = _in_both(first, await _differing(link))
            if entities or mappings:
                await link.lanes.write(functools.partial(raise_differs, link.remote.peer_id, entities, mappings))
        await link.woken(jittered(LOOK_AGAIN), News.STATE)


def _in_both(first: DifferingIds, second: DifferingIds) -> DifferingIds:
    return [each for each in second[0] if each in first[0]], [each for each in second[1] if each in first[1]]


async def _differing(link: Link) -> DifferingIds:
    theirs = await _digests(link, {})
    blocks = {name: digest for name, digest in theirs.items() if len(name) == _BLOCK}
    ours = await link.lanes.read(functools.partial(blocks_of, link.project_id))
    found: list[str] = []
    for block in _unequal(blocks, ours):
        there = await _digests(link, {"block": block})
        here = await link.lanes.read(functools.partial(digests_in, link.project_id, block))
        found += (each for each in _unequal(there, here) if len(each) > _BLOCK)
        if len(found) >= MAX_NAMED:
            break
    mappings = await link.lanes.read(functools.partial(mappings_of, link.project_id))
    there = {name: digest for name, digest in theirs.items() if len(name) > _BLOCK}
    return found, _unequal(there, mappings)


async def _digests(link: Link, params: Mapping[str, Any]) -> dict[str, str]:
    return read_params(await link.call("digests.get", params), Digests).digests


def _unequal(first: Mapping[str, str], second: Mapping[str, str]) -> list[str]:
    """What one of them has otherwise, or not at all."""
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
