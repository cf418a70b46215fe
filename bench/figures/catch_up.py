"""p10: a client that was away asks for 10,000 events."""

from __future__ import annotations

from audit.models import project_chain
from bench.client import socket_to
from bench.figure import Figure, Goal, compared, in_turn
from bench.nodes import product_node
from bench.world import bare_connection, baseline, person, project

EVENTS = 10_000
REPEAT = (
    "INSERT INTO audit_event (canonical) SELECT canonical FROM audit_event, generate_series(1, %s) WHERE chain = %s"
)


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """p10."""
    owner = person("away")
    made = project(owner)
    chain = project_chain(made.id)
    with bare_connection() as connection:
        connection.execute(REPEAT, [EVENTS, chain])
    bare = baseline(owner, made)
    with product_node() as node, socket_to(node, made.id, owner) as socket:

        def catch_up() -> int:
            after, read = 0, 0
            while True:
                answer = socket.call("events.since", after=after)
                read += len(answer["events"])
                if not answer["more"]:
                    return read
                after = answer["events"][-1]["seq"]

        def rate(read: object) -> float:
            from bench.figure import seconds

            assert callable(read)
            return EVENTS / seconds(read)

        assert catch_up() >= EVENTS
        pairs = in_turn(2 if quick else 5, lambda: rate(catch_up), lambda: rate(lambda: bare.read_events(chain, 0)))
    bare.connection.close()
    return [compared("p10", "Catching up 10,000 missed events", "events/s", Goal(">=", 0.3), pairs)]
