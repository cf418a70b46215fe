"""n1 to n4: runs of models, against one alone, a provider's bare SDK, bare inserts, and a node without the stage."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from django.apps import apps
from django.conf import settings
from django.test.utils import override_settings

from bench.figure import Figure, Goal, compared, in_turn, per_second, seconds
from bench.nodes import BenchNode, product_node, started
from bench.provider import model_that_takes, provider
from bench.world import bare_connection
from foundry_site.embedded.addresses import database_url
from foundry_site.environment import BASE_DIR

if TYPE_CHECKING:
    from bench.questions import Questions
    from stages.runs.services.working import Claim

STAGE = "stages.runs"
MODELS = 8
SLOW, FAST = 2.0, 0.5
CELLS = 200
# A model of 100 tokens a second, of which a console writes together what comes within 100 ms.
PIECE, BATCH = "wash-out ", 10
INSERT_PIECE = "INSERT INTO runs_runlog (run_id, number, at, kind, text) VALUES (%s, %s, now(), 'text', %s)"
MIB = 1024 * 1024
# Compiled parts of the SDKs, which a process maps as soon as it loads one.
SDK_LIBRARIES = ("jiter", "pydantic_core")


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """Those of n1 to n4 that are wanted; none, which is said, where the stage is not installed."""
    if not apps.is_installed(STAGE):
        print(f"LEFT OUT: {', '.join(sorted(wanted))}. They need the stage `runs`, which FOUNDRY_STAGES leaves out.")
        return []
    from bench.questions import Questions

    figures = []
    rounds = 1 if quick else 5
    if wanted & {"n1", "n2"}:
        with _runner() as host:
            questions = Questions()
            if "n1" in wanted:
                figures.append(_side_by_side(questions, host, rounds))
            if "n2" in wanted:
                figures.append(_cells(questions, host, rounds))
    if "n3" in wanted:
        figures.append(_console(Questions(), rounds=2 if quick else 5, times=50 if quick else 300))
    if "n4" in wanted:
        figures.append(_memory(rounds=2 if quick else 5))
    return figures


@contextmanager
def _runner() -> Iterator[str]:
    """A provider and a `manage.py runner` that may ask it; its `host:port`."""
    with (
        provider() as host,
        override_settings(FOUNDRY_MODEL_HOSTS=frozenset({host})),
        started([sys.executable, "manage.py", "runner", "--slots", str(MODELS)], FOUNDRY_MODEL_HOSTS=host),
    ):
        yield host


def _side_by_side(questions: Questions, host: str, rounds: int) -> Figure:
    models = [questions.model(f"slow-{number}", host=host, seconds=SLOW) for number in range(MODELS)]
    # The runner starts, loads the SDK and makes a client for each model.
    questions.ask(models)
    pairs = in_turn(rounds, lambda: questions.ask(models), lambda: max(questions.ask([model]) for model in models))
    notes = [f"Answers take {SLOW:g} s. Baseline: the slowest of the same {MODELS} runs, each alone."]
    return compared("n1", f"{MODELS} runs at once", "s", Goal("<=", 1.3), pairs, notes=notes)


def _cells(questions: Questions, host: str, rounds: int) -> Figure:
    from stages.runs.kinds.evaluating import WIDTH

    model = questions.model("fast", host=host, seconds=FAST)
    at_once = questions.model("at-once", host=host, seconds=0)
    questions.save_suites([model, at_once], CELLS)
    calls = _Calls(host, WIDTH)
    # Both load the SDK and make their clients.
    questions.ask([model, at_once])
    calls.measure(0)
    bare = CELLS / calls.measure(0)
    own = CELLS / questions.evaluate(at_once)
    pairs = in_turn(rounds, lambda: questions.evaluate(model), lambda: calls.measure(FAST))
    notes = [
        f"Answers take {FAST:g} s, {WIDTH} at once. Baseline: as many calls by the provider's bare SDK.",
        f"Where answers take no time, {own:.0f} cells a second beside {bare:.0f} bare calls.",
    ]
    return compared("n2", f"{CELLS} cells of an evaluation", "s", Goal("<=", 2), pairs, notes=notes)


class _Calls:
    """Calls as the product makes them, streamed, by the bare SDK, so many at once."""

    def __init__(self, host: str, width: int) -> None:
        self._host = host
        self._width = width

    def measure(self, taken: float) -> float:
        """The seconds for all of them, of a model whose answers take so long."""
        return seconds(lambda: asyncio.run(self._all(model_that_takes(taken))))

    async def _all(self, model: str) -> None:
        from openai import AsyncOpenAI

        from bench.questions import PROMPT

        left = iter(range(CELLS))
        async with AsyncOpenAI(api_key="none", base_url=f"http://{self._host}/v1", max_retries=0) as sdk:

            async def some() -> None:
                for number in left:
                    turns = (("system", PROMPT), ("user", f"Grade rash {number}"))
                    messages = [{"role": role, "content": text} for role, text in turns]
                    stream = await sdk.chat.completions.create(model=model, messages=messages, stream=True)
                    async for _ in stream:
                        pass

            await asyncio.gather(*(some() for _ in range(self._width)))


def _console(questions: Questions, rounds: int, times: int) -> Figure:
    from stages.runs.services import create_profile

    caller = questions.owner.caller
    echo = create_profile(caller=caller, project_id=questions.project_id, name="echo", provider="echo")
    ours, bares = questions.begin(echo), questions.begin(echo)
    numbers = count(1)
    with bare_connection() as bare:
        # As the console's own rows.
        bare.execute("SET synchronous_commit = off")

        def insert() -> None:
            bare.execute(INSERT_PIECE, [bares.run_id, next(numbers), PIECE])

        def write(batches: int) -> float:
            return BATCH * batches / seconds(lambda: asyncio.run(_batches(ours, batches)))

        write(1)
        insert()
        pairs = in_turn(rounds, lambda: write(times), lambda: per_second(insert, BATCH * times))
    for claim in (ours, bares):
        questions.end(claim)
    row_for_row = statistics.median(value / baseline for value, baseline in pairs) / BATCH
    notes = [
        f"Pieces of an answer, {BATCH} in the 100 ms that a console writes together, sent to those who watch.",
        "Baseline: an INSERT of each piece, which does not wait for the disk either.",
        f"Row for row, a batch beside an INSERT, it is {row_for_row:.2f}.",
    ]
    return compared("n3", "An answer written to a console", "pieces/s", Goal(">=", 0.5), pairs, notes=notes)


async def _batches(claim: Claim, batches: int) -> None:
    """What the console of a run writes in so many tenths of a second, one after the other without waiting between."""
    from stages.runs.console_writer import ConsoleWriter
    from stages.runs.services.working import last_line
    from stages.runs.threads import in_thread

    newest = await in_thread(lambda: last_line(claim.run_id))
    console = ConsoleWriter(replace(claim, lines=newest))
    for _ in range(batches):
        for _ in range(BATCH):
            console.text(PIECE)
        await console.flush()


def _memory(rounds: int) -> Figure:
    others = ",".join(app for app in settings.STAGES if app != STAGE)
    sides = [_new_site("bench_with", settings.STAGES), _new_site("bench_without", others.split(",") if others else [])]
    pairs = in_turn(rounds, lambda: _resident(sides[0]), lambda: _resident(sides[1]))
    notes = ["Baseline: a node without the stage. Each is new, with a database of its own; neither loads an SDK."]
    return compared("n4", "Memory of a node with the stage", "MiB", Goal("<=", 1.02), pairs, notes=notes)


def _new_site(name: str, stages: list[str]) -> dict[str, str]:
    """An empty database with the tables of these stages; the variables of a process that uses it."""
    with bare_connection() as bare:
        bare.execute(f"CREATE DATABASE {name}")
    url = database_url(Path(os.environ["FOUNDRY_DATA_DIR"]), name)
    variables = {"DATABASE_URL": url, "FOUNDRY_STAGES": ",".join(stages)}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=BASE_DIR, env={**os.environ, **variables}, check=True)
    return variables


def _resident(variables: dict[str, str]) -> float:
    """MiB of a new node that has answered a page. Raises `AssertionError` if it has loaded an SDK."""
    with product_node(**variables) as node:
        for _ in range(5):
            with urllib.request.urlopen(f"{node.url}/accounts/login/") as page:  # noqa: S310 - our own address
                assert page.status == 200
        assert not (loaded := _sdk_libraries(node)), loaded
        return node.memory() / MIB


def _sdk_libraries(node: BenchNode) -> list[str]:
    paths = {each.path for each in psutil.Process(node.process.pid).memory_maps()}
    return sorted(path for path in paths if any(name in path for name in SDK_LIBRARIES))
