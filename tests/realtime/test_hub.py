"""The hub on the real Valkey: one membership per process, every event to everybody, in order."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from channels.layers import get_channel_layer
from django.conf import settings
from pytest_django import Settings

import realtime
from foundry_site.embedded import addresses, valkey
from foundry_site.environment import BASE_DIR
from realtime.hub import Hub, LayerUnreachableError
from realtime.publishing import publisher
from tests.patience import PATIENCE
from tests.realtime.conftest import Table, frame, listen, read, until

ACTOR = {"id": "1", "display_name": "Ada", "kind": "human"}


def memberships(topic: str) -> int:
    """How many processes Valkey has in the topic's group."""
    layer: Any = settings.CHANNEL_LAYERS["default"]["CONFIG"]
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        return int(client.pubsub_numsub(f"{layer['prefix']}__group__{topic}")[0][1])


async def test_every_subscriber_gets_the_same_frame_over_one_membership(hub: Hub, table: Table, topic: str) -> None:
    everybody = await asyncio.gather(*(listen(hub, topic) for _ in range(20)))
    assert memberships(topic) == 1
    seq, text = table.commit(topic)
    realtime.publish(topic=topic, seq=seq, frame=text)
    for subscriber in everybody:
        assert await read(subscriber, 1) == [{"seq": 1}]


async def test_the_last_one_leaves_the_group(hub: Hub, topic: str) -> None:
    first, second = await listen(hub, topic), await listen(hub, topic)
    await hub.leave(first.subscriber)
    assert memberships(topic) == 1
    await hub.leave(second.subscriber)
    await hub.leave(second.subscriber)
    assert hub.topics == ()
    assert memberships(topic) == 0


async def test_coming_back_while_the_last_one_leaves_loses_nothing(hub: Hub, table: Table, topic: str) -> None:
    for _ in range(20):
        last = await listen(hub, topic)
        _, again = await asyncio.gather(hub.leave(last.subscriber), listen(hub, topic))
        seq, text = table.commit(topic)
        realtime.publish(topic=topic, seq=seq, frame=text)
        assert await read(again, 1) == [{"seq": seq}]
        await hub.leave(again.subscriber)


async def test_a_lost_frame_is_read_from_postgres(hub: Hub, table: Table, topic: str) -> None:
    subscriber = await listen(hub, topic)
    table.newest[topic] = 3
    realtime.publish(topic=topic, seq=3, frame=frame(3))
    assert await read(subscriber, 3) == [{"seq": 1}, {"seq": 2}, {"seq": 3}]
    assert table.reads == 1


async def test_the_head_tells_where_the_topic_stands_after_catching_up(hub: Hub, table: Table, topic: str) -> None:
    subscriber = await listen(hub, topic)
    table.newest[topic] = 2
    await hub.send_heads()
    assert await read(subscriber, 3) == [
        {"seq": 1},
        {"seq": 2},
        {"head": 2},
    ]


async def test_an_ephemeral_reaches_all_but_its_origin(hub: Hub, topic: str) -> None:
    writer, watcher = await listen(hub, topic, "session-1"), await listen(hub, topic, "session-2")
    realtime.send_ephemeral(topic=topic, name="cursor.moved", actor=ACTOR, data={"anchor": 4}, origin="session-1")
    realtime.send_ephemeral(topic=topic, name="presence.left", actor=ACTOR, data={})
    left: dict[str, Any] = {"name": "presence.left", "actor": ACTOR, "data": {}}
    moved: dict[str, Any] = {"name": "cursor.moved", "actor": ACTOR, "data": {"anchor": 4}}
    assert [each["params"] for each in await read(watcher, 2)] == [moved, left]
    assert [each["params"] for each in await read(writer, 1)] == [left]


async def test_a_notice_reaches_the_nodes_and_no_socket(table: Table, topic: str) -> None:
    hub = Hub(lambda _topic: table)
    await hub.start()
    subscriber = await listen(hub, topic)
    realtime.notify(topic=topic, text="session:2")
    realtime.send_ephemeral(topic=topic, name="presence.left", actor=ACTOR, data={})
    assert [each["method"] for each in await read(subscriber, 1)] == ["ephemeral"]
    assert table.noticed == [(topic, "session:2")]
    await hub.stop()


async def test_publishing_works_from_any_thread(hub: Hub, table: Table, topic: str) -> None:
    subscriber = await listen(hub, topic)
    committed = [table.commit(topic) for _ in range(50)]
    await asyncio.gather(
        *(asyncio.to_thread(realtime.publish, topic=topic, seq=seq, frame=text) for seq, text in committed)
    )
    assert await read(subscriber, 50) == [{"seq": seq} for seq in range(1, 51)]


async def test_what_is_none_of_ours_is_ignored(hub: Hub, table: Table, topic: str) -> None:
    subscriber = await listen(hub, topic)
    layer: Any = get_channel_layer()
    await layer.group_send(topic, {"type": "chat.message", "text": "hello"})
    await layer.group_send(topic, {"type": "hub.numbered", "topic": topic, "seq": "one", "frame": 7})
    seq, text = table.commit(topic)
    realtime.publish(topic=topic, seq=seq, frame=text)
    assert await read(subscriber, 1) == [{"seq": 1}]


async def test_sending_what_cannot_be_encoded_raises_nothing(topic: str, caplog: pytest.LogCaptureFixture) -> None:
    realtime.send_ephemeral(topic=topic, name="cursor.moved", actor=ACTOR, data={"anchor": object()})
    assert "cannot be encoded" in caplog.text


async def test_two_nodes_in_two_processes_hear_the_same(hub: Hub, table: Table, topic: str) -> None:
    here = await listen(hub, topic)
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.realtime.other_node", topic, stdout=asyncio.subprocess.PIPE, cwd=BASE_DIR
    )
    try:
        assert other.stdout is not None
        async with asyncio.timeout(PATIENCE):
            assert await other.stdout.readline() == b"ready\n"
            assert memberships(topic) == 2
            for _ in range(20):
                seq, text = table.commit(topic)
                realtime.publish(topic=topic, seq=seq, frame=text)
            there = [json.loads(await other.stdout.readline()) for _ in range(20)]
        assert there == await read(here, 20) == [{"seq": seq} for seq in range(1, 21)]
    finally:
        other.kill()
        await other.wait()


@pytest.fixture
def own_valkey(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """A Valkey that a test may stop and start; the channel layer uses it."""
    valkey.start(tmp_path)
    address = addresses.redis_url(tmp_path)
    settings.REDIS_URL = address
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [{"address": address}], "prefix": "own"},
        }
    }
    yield tmp_path
    publisher().drain()
    valkey.stop(tmp_path)


async def test_it_survives_a_restart_of_redis(own_valkey: Path, table: Table, topic: str) -> None:
    hub = Hub(lambda _topic: table)
    await hub.start()
    subscriber = await listen(hub, topic)
    valkey.stop(own_valkey)
    seq, text = table.commit(topic)
    realtime.publish(topic=topic, seq=seq, frame=text)
    await asyncio.to_thread(publisher().drain)
    await until(lambda: not hub.is_connected)
    valkey.start(own_valkey)
    # Nobody announced the first event: being connected again is what makes the hub look.
    assert await read(subscriber, 1) == [{"seq": 1}]
    await until(lambda: memberships(topic) == 1)
    seq, text = table.commit(topic)
    realtime.publish(topic=topic, seq=seq, frame=text)
    assert await read(subscriber, 1) == [{"seq": 2}]
    await hub.stop()


async def test_without_redis_a_join_fails_and_the_next_one_works(own_valkey: Path, table: Table, topic: str) -> None:
    valkey.stop(own_valkey)
    hub = Hub(lambda _topic: table)
    await hub.start()
    with pytest.raises(LayerUnreachableError):
        await listen(hub, topic)
    assert hub.topics == ()
    valkey.start(own_valkey)
    subscriber = None
    async with asyncio.timeout(PATIENCE):
        while subscriber is None:
            try:
                subscriber = await listen(hub, topic)
            except LayerUnreachableError:
                continue
    seq, text = table.commit(topic)
    realtime.publish(topic=topic, seq=seq, frame=text)
    assert await read(subscriber, 1) == [{"seq": 1}]
    await hub.stop()
