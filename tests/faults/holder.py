"""A client in a process of its own, so that it can be stopped: `python -m tests.faults.holder`.

It reads one line of JSON with where to go, takes the field and says `holding`, goes on renewing, and saves when it gets
the next line. Then it says, as JSON, what it was answered.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path

from foundry_site.launcher.nodes import NodeProcess
from tests.faults.client import Client, RefusedError
from tests.faults.fault_cluster import TTL, Person
from tests.faults.load import Attempt


async def hold() -> None:
    """Do what the first line says."""
    order = json.loads(await asyncio.to_thread(sys.stdin.readline))
    node = NodeProcess({}, Path("/dev/null"))
    node.port = order["port"]
    client = Client(Person(**order["person"]), order["project_id"])
    await client.open(node)
    lock = await client.call("lock.acquire", field=order["field"])
    say("holding")
    told = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    while not told.done():
        await client.call("lock.renew", fields=[order["field"]])
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(told), TTL / 3)
    attempt = Attempt(order["field"], order["text"], lock["token"], lock["version"])
    try:
        say(json.dumps({"saved": await client.call("draft.save", **attempt.parameters())}))
    except RefusedError as refusal:
        say(json.dumps({"refused": refusal.code, "working_copy": refusal.problem.get("working_copy")}))
    await client.leave()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(hold())
