"""What fl1 is held against beside stock Channels: a server that does nothing but `websockets.broadcast`.

`python -m bench.broadcast PORT`: every text that a socket sends goes to all sockets.
"""

from __future__ import annotations

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve

_open: set[ServerConnection] = set()


async def _handle(connection: ServerConnection) -> None:
    _open.add(connection)
    await connection.send('{"method":"snapshot"}')
    try:
        async for text in connection:
            broadcast(_open, text)
    finally:
        _open.discard(connection)


async def main(port: int) -> None:
    """Serve until the process is ended."""
    async with serve(_handle, "127.0.0.1", port, compression=None, max_size=None, backlog=1024):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
