"""A second node in a process of its own: follows one topic and prints every frame, one per line."""

from __future__ import annotations

import asyncio
import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "foundry_site.settings"


async def follow(topic: str) -> None:
    from foundry_site.loading import load_apps

    load_apps()
    from realtime.hub import Hub
    from tests.realtime.conftest import Table, listen, next_frames

    table = Table()
    hub = Hub(lambda _topic: table)
    await hub.start()
    listener = await listen(hub, topic)
    say("ready")
    while True:
        for frame in await next_frames(listener.queue):
            say(frame)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(follow(sys.argv[1]))
