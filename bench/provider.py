"""A provider of models for n1 and n2: each of its models answers for as many seconds as its name says.

`python -m bench.provider` listens on a free port of this machine, and writes `host:port`. It is a process of its own,
so that its work is not taken for that of whoever asks. It speaks chat completions, streamed.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.nodes import started

# The name of a model; the rest of it are the seconds that its answer takes.
NAME = "answers-in-"
# Seconds from one piece of an answer to the next, as models send them.
PAUSE = 0.05
PIECE = "The wash-out is two weeks. "
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
LENGTH = re.compile(rb"(?i)^content-length: *([0-9]+)", re.MULTILINE)


@contextmanager
def provider() -> Iterator[str]:
    """The `host:port` of a provider, for as long as the block lasts."""
    with started([sys.executable, "-m", "bench.provider"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip()


def model_that_takes(seconds: float) -> str:
    """The name of the model whose answers take so long."""
    return f"{NAME}{seconds:g}"


async def _serve() -> None:
    server = await asyncio.start_server(_answer_all, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    print(f"{host}:{port}", flush=True)
    await server.serve_forever()


async def _answer_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request of a connection after the other, until the client closes it."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            found = LENGTH.search(head)
            assert found is not None, head
            asked = json.loads(await reader.readexactly(int(found[1])))
            await _answer(writer, asked["model"])
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _answer(writer: asyncio.StreamWriter, model: str) -> None:
    clock = asyncio.get_running_loop().time
    ends_at = clock() + float(model.removeprefix(NAME))
    writer.write(HEAD)
    writer.write(_chunk(model, [{"index": 0, "delta": {"content": PIECE}}]))
    while (left := ends_at - clock()) > 0:
        await asyncio.sleep(min(PAUSE, left))
        writer.write(_chunk(model, [{"index": 0, "delta": {"content": PIECE}}]))
        await writer.drain()
    writer.write(_chunk(model, [{"index": 0, "delta": {}, "finish_reason": "stop"}]))
    writer.write(_chunk(model, [], usage={"prompt_tokens": 20, "completion_tokens": 40, "total_tokens": 60}))
    writer.write(_event("[DONE]") + b"0\r\n\r\n")
    await writer.drain()


def _chunk(model: str, choices: list[dict[str, Any]], **more: Any) -> bytes:
    head = {"id": "chat-1", "object": "chat.completion.chunk", "created": 1, "model": model}
    return _event(json.dumps({**head, "choices": choices, **more}))


def _event(text: str) -> bytes:
    data = f"data: {text}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(data), data)


if __name__ == "__main__":
    asyncio.run(_serve())
