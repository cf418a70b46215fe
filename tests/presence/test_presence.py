"""Presence over two nodes: once per person, whatever the tabs; ghosts of a dead node vanish."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest
import redis
from django.core.cache import cache
from django_redis import get_redis_connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from accounts.models import Person
from foundry_site.embedded import addresses, valkey
from presence import redis_presence
from presence.node import NodePresence
from presence.redis_presence import PersonPresence
from presence.services import present, present_in, record_presence, remove_presence
from tests.presence.conftest import person

JOINED, LEFT = "presence.joined", "presence.left"

pytestmark = pytest.mark.usefixtures("told")


def enter(node: NodePresence, project_id: UUID, somebody: Person, connection: str) -> None:
    if node.enter(project_id, somebody, connection):
        node.update(project_id, somebody)


def leave(node: NodePresence, project_id: UUID, somebody: Person, connection: str) -> None:
    if node.leave(project_id, somebody["id"], connection):
        node.update(project_id, somebody)


def focus(node: NodePresence, project_id: UUID, somebody: Person, connection: str, field: str | None) -> None:
    if node.focus(project_id, somebody["id"], connection, field):
        node.update(project_id, somebody)


def fall_silent(project_id: UUID, node: str, user_id: str) -> None:
    """Let a node's stamp expire, as if it had died some time ago."""
    client = get_redis_connection("default")
    key = f"presence:project:{project_id}"
    entry = json.loads(client.hget(key, user_id))
    entry["nodes"][node]["until"] = "1"
    client.hset(key, user_id, json.dumps(entry))


def names(project_id: UUID) -> list[str]:
    return [each.user["display_name"] for each in present(project_id)]


def test_one_joined_and_one_left_however_many_tabs(project_id: UUID, ada: Person, told: list[tuple[str, str]]) -> None:
    one, two = NodePresence(), NodePresence()
    for node, connection in ((one, "a"), (one, "b"), (two, "c")):
        enter(node, project_id, ada, connection)
    assert told == [(JOINED, "Ada")]
    assert names(project_id) == ["Ada"]
    leave(one, project_id, ada, "a")
    leave(two, project_id, ada, "c")
    assert told == [(JOINED, "Ada")]
    leave(one, project_id, ada, "b")
    leave(one, project_id, ada, "b")
    assert told == [(JOINED, "Ada"), (LEFT, "Ada")]
    assert names(project_id) == []
    assert one.project_ids == []


def test_everybody_is_listed_once_by_name_with_the_fields_of_all_their_tabs(
    project_id: UUID, ada: Person, grace: Person
) -> None:
    one, two = NodePresence(), NodePresence()
    enter(one, project_id, grace, "g")
    for node, connection in ((one, "a"), (one, "b"), (two, "c")):
        enter(node, project_id, ada, connection)
    focus(one, project_id, ada, "a", "prompt_text")
    focus(one, project_id, ada, "b", "files/größe, 100 %.md")
    focus(two, project_id, ada, "c", "prompt_text")
    assert present(project_id) == [
        PersonPresence(user=ada, fields=("files/größe, 100 %.md", "prompt_text")),
        PersonPresence(user=grace, fields=()),
    ]
    focus(one, project_id, ada, "b", None)
    leave(two, project_id, ada, "c")
    assert present(project_id)[0].fields == ("prompt_text",)
    leave(one, project_id, ada, "a")
    assert present(project_id)[0].fields == ()


def test_going_to_the_same_field_again_is_nothing_to_tell(project_id: UUID, ada: Person) -> None:
    node = NodePresence()
    enter(node, project_id, ada, "a")
    assert node.focus(project_id, ada["id"], "a", "prompt_text")
    assert not node.focus(project_id, ada["id"], "a", "prompt_text")
    assert not node.focus(project_id, ada["id"], "unknown", "prompt_text")


def test_a_dead_nodes_people_are_not_listed_and_are_told_to_have_left_once(
    project_id: UUID, ada: Person, grace: Person, told: list[tuple[str, str]]
) -> None:
    dead, one, two = NodePresence(), NodePresence(), NodePresence()
    enter(dead, project_id, ada, "a")
    enter(dead, project_id, grace, "g")
    for node in (one, two):
        enter(node, project_id, grace, f"g-{node.node}")
    told.clear()
    fall_silent(project_id, dead.node, ada["id"])
    fall_silent(project_id, dead.node, grace["id"])
    assert names(project_id) == ["Grace"]
    for node in (one, two, one):
        node.sweep()
    assert told == [(LEFT, "Ada")]


def test_a_ghost_is_gone_within_thirty_seconds() -> None:
    assert redis_presence.ENTRY_LIFETIME + redis_presence.SWEEP_INTERVAL < 30
    assert redis_presence.ENTRY_LIFETIME > 2 * redis_presence.REWRITE_INTERVAL


def test_a_person_whose_node_died_and_who_is_back_before_the_sweep_never_left(
    project_id: UUID, ada: Person, told: list[tuple[str, str]]
) -> None:
    dead, other = NodePresence(), NodePresence()
    enter(dead, project_id, ada, "a")
    fall_silent(project_id, dead.node, ada["id"])
    enter(other, project_id, ada, "b")
    other.sweep()
    assert told == [(JOINED, "Ada")]
    assert names(project_id) == ["Ada"]


def test_leaving_the_last_living_node_ends_it_though_a_dead_one_still_has_a_stamp(
    project_id: UUID, ada: Person, told: list[tuple[str, str]]
) -> None:
    dead, other = NodePresence(), NodePresence()
    enter(dead, project_id, ada, "a")
    enter(other, project_id, ada, "b")
    fall_silent(project_id, dead.node, ada["id"])
    leave(other, project_id, ada, "b")
    assert told == [(JOINED, "Ada"), (LEFT, "Ada")]


def test_a_wiped_redis_is_filled_again_by_the_nodes(project_id: UUID, ada: Person, grace: Person) -> None:
    one, two = NodePresence(), NodePresence()
    enter(one, project_id, ada, "a")
    enter(two, project_id, grace, "g")
    focus(two, project_id, grace, "g", "prompt_text")
    get_redis_connection("default").script_flush()
    cache.clear()
    assert names(project_id) == []
    leave(one, project_id, ada, "a")
    enter(one, project_id, ada, "a")
    two.rewrite()
    assert present(project_id) == [
        PersonPresence(user=ada, fields=()),
        PersonPresence(user=grace, fields=("prompt_text",)),
    ]


def test_rewriting_extends_the_life_of_the_entries(project_id: UUID, ada: Person) -> None:
    node = NodePresence()
    enter(node, project_id, ada, "a")
    fall_silent(project_id, node.node, ada["id"])
    node.rewrite()
    assert names(project_id) == ["Ada"]


def test_the_register_of_an_empty_project_expires_by_itself(project_id: UUID, ada: Person) -> None:
    enter(NodePresence(), project_id, ada, "a")
    lifetime = get_redis_connection("default").pttl(f"presence:project:{project_id}")
    assert 0 < lifetime <= 2 * redis_presence.ENTRY_LIFETIME * 1000


@pytest.mark.parametrize("garbage", ["", "nonsense", "[]", '{"nodes": 7}', "null"])
def test_a_foreign_value_counts_as_nobody_and_is_replaced(
    project_id: UUID, ada: Person, garbage: str, told: list[tuple[str, str]]
) -> None:
    get_redis_connection("default").hset(f"presence:project:{project_id}", ada["id"], garbage)
    assert names(project_id) == []
    record_presence(project_id=project_id, node="node", people=[PersonPresence(user=ada, fields=())])
    assert names(project_id) == ["Ada"]
    get_redis_connection("default").hset(f"presence:project:{project_id}", ada["id"], garbage)
    remove_presence(project_id=project_id, node="node", person=ada)
    assert told == [(JOINED, "Ada"), (LEFT, "Ada")]


def test_several_projects_are_read_in_one_go(project_id: UUID, ada: Person, grace: Person) -> None:
    other = UUID(int=project_id.int ^ 1)
    record_presence(project_id=project_id, node="node", people=[PersonPresence(user=ada, fields=())])
    record_presence(project_id=other, node="node", people=[PersonPresence(user=grace, fields=("prompt_text",))])
    here = present_in([project_id, other])
    assert [each.user for each in here[project_id]] == [ada]
    assert [each.user for each in here[other]] == [grace]
    assert present_in([]) == {}


def test_joining_costs_the_same_however_many_are_present(
    project_id: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A Valkey of its own, because its counters are.
    valkey.start(tmp_path)
    client = redis.Redis.from_url(addresses.redis_url(tmp_path))
    monkeypatch.setattr(redis_presence, "_client", lambda: client)
    costs = []
    for count in (1, 300):
        people = [PersonPresence(user=person(f"Person {index}"), fields=()) for index in range(count)]
        record_presence(project_id=project_id, node="other", people=people)
        client.config_resetstat()
        record_presence(project_id=project_id, node="node", people=[PersonPresence(user=person("New"), fields=())])
        commands = client.info("commandstats")
        costs.append({name: stat["calls"] for name, stat in commands.items() if name.startswith("cmdstat_h")})
    client.close()
    valkey.stop(tmp_path)
    assert costs[0] == costs[1]


def test_without_redis_it_raises_and_knows_its_own_people_still(
    project_id: UUID, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> redis.Redis:
        return redis.Redis(unix_socket_path="/nowhere", retry=Retry(NoBackoff(), 0))

    node = NodePresence()
    monkeypatch.setattr(redis_presence, "_client", away)
    assert node.enter(project_id, ada, "a")
    with pytest.raises(redis.RedisError):
        node.update(project_id, ada)
    monkeypatch.undo()
    node.rewrite()
    assert names(project_id) == ["Ada"]
