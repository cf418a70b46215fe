"""A second node in a process of its own: follows one topic and prints every frame, one per line."""

from __future__ import annotations

import asyncio
import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "foundry_site.settings"


async def follow(topic: str) -> None:
    import django

    django.setup()
    from realtime.hub import Hub
    from tests.realtime.conftest import Table, next_frames

    hub = Hub(Table())
    await hub.start()
    subscriber = await hub.subscribe(topic, overflowed=lambda: sys.exit("too slow"))
    say("ready")
    while True:
        for frame in await next_frames(subscriber):
            say(frame)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(follow(sys.argv[1]))
