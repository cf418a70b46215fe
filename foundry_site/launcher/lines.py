"""The lines between sites on this machine: TCP connections that can be cut, slowed down and recorded.

Each site has one address that others dial, its front. Who dials it is read from the operating system, so that each
direction of each pair has a `Line` of its own, though sites pass on the same address to each other.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import psutil

Found = TypeVar("Found")

CHUNK: Final = 64 * 1024
END_SECONDS: Final = 30


@dataclass(eq=False)
class Recording:
    """The bytes of one connection: what its opener sent, and what it was answered."""

    sent: bytearray = field(default_factory=bytearray)
    answered: bytearray = field(default_factory=bytearray)


@dataclass(eq=False)
class Line:
    """What happens to connections that `source` opens to `target`.

    `delay` are the seconds that every piece of data takes longer. After `bytes_left` more bytes, of both directions
    together, the connection breaks, and none is taken until the line is restored. While it `records`, each new
    connection is added to its `recordings`.
    """

    source: str
    target: str
    is_open: bool = True
    delay: float = 0.0
    bytes_left: int | None = None
    records: bool = False
    recordings: list[Recording] = field(default_factory=list, repr=False)
    connections: set[asyncio.StreamWriter] = field(default_factory=set, repr=False)

    @property
    def is_broken(self) -> bool:
        return not self.is_open or self.bytes_left == 0

    def take(self, data: bytes) -> bytes:
        """How much of it still goes through."""
        if self.bytes_left is not None:
            data = data[: self.bytes_left]
            self.bytes_left -= len(data)
        return data

    def break_connections(self) -> None:
        """Reset the connections that exist; only in the thread of the lines."""
        for writer in list(self.connections):
            writer.transport.abort()
        self.connections.clear()


class Lines:
    """The fronts of all sites and the lines to them, in a thread with an event loop of its own.

    `source_of` answers which site has the local port of a connection, "" for none.
    """

    def __init__(self, source_of: Callable[[int], str]) -> None:
        self._source_of = source_of
        self._lines: dict[tuple[str, str], Line] = {}
        self._backs: dict[str, int] = {}
        self._servers: dict[str, asyncio.Server] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="lines of the network")
        self._thread.start()

    def open_front(self, site: str, port: int = 0) -> int:
        """Open the front of a site, at any free port where none is named; the port. `lead` says where it leads."""
        return self._run(self._open_front(site, port))

    def lead(self, site: str, port: int) -> None:
        """Say at which port of this machine a site's server listens."""
        self._backs[site] = port

    def line(self, source: str, target: str) -> Line:
        """The line by which `source` dials `target`."""
        return self._lines.setdefault((source, target), Line(source, target))

    def between(self, one: str, other: str) -> tuple[Line, Line]:
        """The lines of both directions."""
        return self.line(one, other), self.line(other, one)

    def cut(self, lines: Iterable[Line]) -> None:
        """Break what is connected, and take no more connections."""
        self._run(self._break(list(lines), is_open=False))

    def drop(self, lines: Iterable[Line]) -> None:
        """Break what is connected; it may be dialled again at once."""
        self._run(self._break(list(lines), is_open=True))

    def restore(self, lines: Iterable[Line]) -> None:
        for line in lines:
            line.is_open, line.bytes_left, line.delay = True, None, 0.0

    def close(self) -> None:
        """End all connections, and the thread."""
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(END_SECONDS)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, Found]) -> Found:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(END_SECONDS)

    async def _open_front(self, site: str, port: int) -> int:
        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            await self._serve(site, reader, writer)

        server = self._servers[site] = await asyncio.start_server(accept, "127.0.0.1", port)
        taken: int = server.sockets[0].getsockname()[1]
        return taken

    async def _break(self, lines: list[Line], *, is_open: bool) -> None:
        for line in lines:
            line.is_open = is_open
            line.break_connections()

    async def _close(self) -> None:
        for server in self._servers.values():
            server.close()
        for line in self._lines.values():
            line.break_connections()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, site: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = writer.get_extra_info("peername")[1]
        line = self.line(await asyncio.to_thread(self._source_of, port), site)
        if line.is_broken or site not in self._backs:
            writer.transport.abort()
            return
        try:
            back_reader, back_writer = await asyncio.open_connection("127.0.0.1", self._backs[site])
        except OSError:
            writer.transport.abort()
            return
        recording = Recording()
        if line.records:
            line.recordings.append(recording)
        ends = {writer, back_writer}
        line.connections |= ends
        try:
            await asyncio.gather(
                _carry(line, reader, back_writer, recording.sent), _carry(line, back_reader, writer, recording.answered)
            )
        finally:
            line.connections -= ends
            for each in ends:
                each.transport.abort()


async def _carry(line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, recorded: bytearray) -> None:
    """Carry bytes until one end closes, or the line breaks; a reset goes on to the other end."""
    try:
        while data := await reader.read(CHUNK):
            if line.delay:
                await asyncio.sleep(line.delay)
            taken = line.take(data)
            recorded.extend(taken if line.records else b"")
            writer.write(taken)
            await writer.drain()
            if line.is_broken:
                line.break_connections()
                return
        if writer.can_write_eof():
            writer.write_eof()
    except OSError:
        writer.transport.abort()


def has_local_port(process: psutil.Process, port: int) -> bool:
    """Whether a process has opened a connection from this port."""
    with suppress(psutil.Error):
        return any(each.laddr[1:2] == (port,) for each in process.net_connections("tcp"))
    return False
