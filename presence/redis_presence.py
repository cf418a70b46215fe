"""The register in Redis of who is in a project: one hash per project, one entry per person, one stamp per node.

    presence:project:<id>
        <user id>: {"person": "<json>", "nodes": {"<node>": {"until": "<ms>", "fields": "<json>"}}}

A person's entry holds what each node writes about them, so joining costs the same however many are present, and a
person is gone only when the last node that saw them has removed them or its entry has expired. Times are by Redis' own
clock. Values are flat strings: Lua's cjson would turn `[]` into `{}` and cut numbers to 14 digits. Whatever is lost
here is written again by each node within `REWRITE_INTERVAL`.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django_redis import get_redis_connection

from accounts.models import Person

# Seconds. A dead node's people are gone after ENTRY_LIFETIME + SWEEP_INTERVAL, at most 30 (docs/rules.md, "Limits").
REWRITE_INTERVAL: Final = 10.0
ENTRY_LIFETIME: Final = 23.0
SWEEP_INTERVAL: Final = 5.0

_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function read(raw)
    local fine, entry = pcall(cjson.decode, raw)
    if fine and type(entry) == 'table' and type(entry.nodes) == 'table' then return entry end
    return nil
end
local function is_over(stamp) return (tonumber(stamp['until']) or 0) <= now end
"""

# ARGV: node, lifetime in ms, then (user id, person, fields) for each person. Answers the ids that were not there.
WRITE = (
    _NOW
    + """
local appeared = {}
for index = 3, #ARGV, 3 do
    local raw = redis.call('HGET', KEYS[1], ARGV[index])
    local entry = raw and read(raw)
    if not entry then
        entry = {nodes = {}}
        appeared[#appeared + 1] = ARGV[index]
    end
    entry.person = ARGV[index + 1]
    entry.nodes[ARGV[1]] = {['until'] = string.format('%.0f', now + ARGV[2]), fields = ARGV[index + 2]}
    redis.call('HSET', KEYS[1], ARGV[index], cjson.encode(entry))
end
redis.call('PEXPIRE', KEYS[1], 2 * ARGV[2])
return appeared
"""
)

# ARGV: node, user id. Answers 1 if no node sees the person any more.
REMOVE = (
    _NOW
    + """
local raw = redis.call('HGET', KEYS[1], ARGV[2])
if not raw then return 0 end
local entry = read(raw)
if entry then
    entry.nodes[ARGV[1]] = nil
    for node, stamp in pairs(entry.nodes) do
        if not is_over(stamp) then
            redis.call('HSET', KEYS[1], ARGV[2], cjson.encode(entry))
            return 0
        end
    end
end
redis.call('HDEL', KEYS[1], ARGV[2])
return 1
"""
)

# Answers the persons of whom every node's entry has expired, and removes them.
SWEEP = (
    _NOW
    + """
local gone = {}
local all = redis.call('HGETALL', KEYS[1])
for index = 1, #all, 2 do
    local entry = read(all[index + 1])
    local alive, silent = false, false
    for node, stamp in pairs(entry and entry.nodes or {}) do
        if is_over(stamp) then entry.nodes[node] = nil; silent = true else alive = true end
    end
    if not alive then
        redis.call('HDEL', KEYS[1], all[index])
        if entry then gone[#gone + 1] = entry.person end
    elseif silent then
        redis.call('HSET', KEYS[1], all[index], cjson.encode(entry))
    end
end
return gone
"""
)

# Answers, for each person present, their JSON followed by the fields that each node knows of.
READ = (
    _NOW
    + """
local present = {}
local all = redis.call('HGETALL', KEYS[1])
for index = 2, #all, 2 do
    local entry = read(all[index])
    local person = {}
    for node, stamp in pairs(entry and entry.nodes or {}) do
        if not is_over(stamp) then
            if #person == 0 then person[1] = entry.person end
            person[#person + 1] = stamp.fields
        end
    end
    if #person > 0 then present[#present + 1] = person end
end
return present
"""
)


@dataclass(frozen=True, slots=True)
class PersonPresence:
    """One person in a project, and the fields they are in."""

    user: Person
    fields: tuple[str, ...]


def write(*, project_id: UUID, node: str, people: Iterable[PersonPresence]) -> list[Person]:
    """Write that `node` sees these people; answers those whom no node had seen before. Raises `RedisError`."""
    by_id = {each.user["id"]: each for each in people}
    arguments: list[str | int] = [node, int(ENTRY_LIFETIME * 1000)]
    for user_id, each in by_id.items():
        arguments += [user_id, json.dumps(each.user), json.dumps(each.fields)]
    appeared = _script(WRITE)(keys=[_key(project_id)], args=arguments, client=_client())
    return [by_id[_text(user_id)].user for user_id in appeared]


def remove(*, project_id: UUID, node: str, user_id: str) -> bool:
    """Write that `node` no longer sees a person; answers whether no node does. Raises `RedisError`."""
    return bool(_script(REMOVE)(keys=[_key(project_id)], args=[node, user_id], client=_client()))


def sweep(project_id: UUID) -> list[Person]:
    """Remove the people of nodes whose entries have expired; each is answered to one caller only."""
    return [json.loads(person) for person in _script(SWEEP)(keys=[_key(project_id)], client=_client())]


def read(project_ids: Sequence[UUID]) -> dict[UUID, list[PersonPresence]]:
    """Who is in each of these projects, by display name; one round trip. Raises `RedisError`."""
    pipeline = _client().pipeline(transaction=False)
    for project_id in project_ids:
        _script(READ)(keys=[_key(project_id)], client=pipeline)
    return {
        project_id: sorted(map(_present, answer), key=lambda each: (each.user["display_name"], each.user["id"]))
        for project_id, answer in zip(project_ids, pipeline.execute(), strict=True)
    }


def as_json(present: Iterable[PersonPresence]) -> list[Mapping[str, Any]]:
    """The list as snapshot, head and REST show it: `[{user, fields}]`."""
    return [{"user": each.user, "fields": list(each.fields)} for each in present]


def _present(answer: Sequence[bytes]) -> PersonPresence:
    person, *fields = answer
    names = {name for each in fields for name in json.loads(each)}
    return PersonPresence(user=json.loads(person), fields=tuple(sorted(names)))


def _key(project_id: UUID) -> str:
    return f"presence:project:{project_id}"


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _client() -> Any:
    return get_redis_connection("default")


@functools.cache
def _script(text: str) -> Any:
    """A script that loads itself again when Redis has forgotten it (NOSCRIPT)."""
    return _client().register_script(text)
