"""p3 to p6: locks and saves through the gateway and REST, against bare psycopg and redis-py."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from bench.client import Refused, Rest, socket_to
from bench.figure import Figure, Goal, compared, in_turn, per_second
from bench.nodes import BenchNode, product_node
from bench.world import BenchUser, baseline, person, project

PROMPT = "Answer only from the documents that are listed.\n" * 42  # about 2 kB
CLIENTS = 8


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """Those of p3 to p6 that are wanted."""
    owner, other = person("writer"), person("other")
    rounds, count = (2, 60) if quick else (5, 200)
    figures = []
    with product_node() as node:
        if "p3" in wanted:
            figures.append(_lock_cycles(node, owner, rounds, count))
        if "p4" in wanted:
            figures.append(_refusals(node, owner, other, rounds, count * 4))
        if "p5" in wanted:
            figures.append(_saves(node, owner, rounds, count))
        if "p6" in wanted:
            figures.append(_rest(node, owner, rounds, count // 2))
    return figures


def _lock_cycles(node: BenchNode, owner: BenchUser, rounds: int, count: int) -> Figure:
    made, bare = project(owner), baseline(owner, project(owner))
    with socket_to(node, made.id, owner) as socket:

        def cycle() -> None:
            socket.take()
            socket.call("lock.release", field="prompt_text")

        cycle()
        pairs = in_turn(rounds, lambda: per_second(cycle, count), lambda: per_second(bare.lock_cycle, count))
    bare.connection.close()
    return compared("p3", "Lock taken and given back, journalled", "cycles/s", Goal(">=", 0.4), pairs)


def _refusals(node: BenchNode, owner: BenchUser, other: BenchUser, rounds: int, count: int) -> Figure:
    made, bare = project(owner, other), baseline(owner, project(owner))
    bare.refused_take()
    with socket_to(node, made.id, owner) as holder, socket_to(node, made.id, other) as socket:
        holder.take()

        def refused() -> None:
            try:
                socket.take()
            except Refused as refusal:
                if refusal.code == 423:
                    return
            raise AssertionError("The field should have been held.")

        refused()
        pairs = in_turn(rounds, lambda: per_second(refused, count), lambda: per_second(bare.refused_take, count))
    bare.connection.close()
    return compared("p4", "A taken field refused", "refusals/s", Goal(">=", 0.25), pairs)


def _saves(node: BenchNode, owner: BenchUser, rounds: int, count: int) -> Figure:
    made, bare = project(owner), baseline(owner, project(owner))
    with socket_to(node, made.id, owner) as socket:
        token, version = socket.take(), 0

        def save() -> None:
            nonlocal version
            version = socket.save(f"{PROMPT}{version}", token, version)

        save()
        pairs = in_turn(rounds, lambda: per_second(save, count), lambda: per_second(lambda: bare.save(PROMPT), count))
    bare.connection.close()
    return compared("p5", "A 2 kB prompt saved", "saves/s", Goal(">=", 0.4), pairs)


class _Saver:
    """One REST client that saves a field of its own."""

    def __init__(self, node: BenchNode, owner: BenchUser, project_id: object, field: str) -> None:
        self.rest, self.field, self.path = Rest(node, owner), field, f"projects/{project_id}"
        _, opened = self.rest.call("POST", f"{self.path}/sessions/", {})
        self.session = opened["session_id"]
        status, lock = self.rest.call("POST", f"{self.path}/locks/", {"field": field, "session_id": self.session})
        assert status == 201, lock
        self.token, self.version = lock["token"], lock["version"]
        self.failures = 0

    def save(self) -> None:
        body = {
            "base_version": self.version,
            "session_id": self.session,
            "changes": {self.field: {"language": None, "content": f"{PROMPT}{self.version}"}},
            "tokens": {self.field: self.token},
        }
        status, answer = self.rest.call("POST", f"{self.path}/drafts/", body)
        if status == 201:
            self.version = answer["version_number"]
        else:
            self.failures += 1


def _rest(node: BenchNode, owner: BenchUser, rounds: int, count: int) -> Figure:
    alone = _Saver(node, owner, project(owner).id, "files/0.md")
    shared = project(owner).id
    savers = [_Saver(node, owner, shared, f"files/{number}.md") for number in range(CLIENTS)]
    each = max(1, count // CLIENTS)

    def together() -> float:
        with ThreadPoolExecutor(CLIENTS) as pool:

            def all_at_once() -> None:
                list(pool.map(lambda saver: [saver.save() for _ in range(each)], savers))

            return per_second(all_at_once, 1) * each * CLIENTS

    alone.save()
    pairs = in_turn(rounds, together, lambda: per_second(alone.save, count))
    failures = sum(saver.failures for saver in [alone, *savers])
    for saver in [alone, *savers]:
        saver.rest.close()
    figure = compared(
        "p6",
        "Saves through REST, 8 clients on one project",
        "saves/s",
        Goal(">=", 1),
        pairs,
        notes=[f"{failures} failures.", "Baseline: one client alone."],
    )
    if failures:
        raise AssertionError(f"p6: {failures} saves failed")
    return figure
