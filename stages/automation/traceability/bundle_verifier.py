"""The tables of links in a bundle: each is the one whose hash its release recorded. Also a piece of `verify.py`.

It imports the standard library and the verifier's modules only.
"""

from __future__ import annotations

from publishing.bundle.verifier.chain import Facts
from publishing.bundle.verifier.parts import Part, add_part
from publishing.bundle.verifier.reading import check, sha256

GATE_NAME, RELEASED, TRACE_FOLDER = "traceability", "release.released", "traceability"


def trace_path(release: str) -> str:
    """Where the table of a release is."""
    return f"{TRACE_FOLDER}/{release}/trace.csv"


def check_traceability(facts: Facts) -> None:
    """Every table that a release recorded is there and is that one; there are no others."""
    wanted = {}
    for _number, _at, record in facts.all_events():
        gate = record["data"].get("gates", {}).get(GATE_NAME) if record["action"] == RELEASED else None
        if gate and facts.scope["release"] in (None, record["target"]["id"]):
            wanted[trace_path(record["target"]["id"])] = gate["sha256"]
    there = {each for each in facts.bundle.names() if each.startswith(f"{TRACE_FOLDER}/")}
    for path in sorted(there | set(wanted)):
        check(path in wanted, f"{path}: no release recorded it")
        check(path in there, f"{path}: it is missing")
        check(sha256(facts.bundle.read(path)) == wanted[path], f"{path}: it is not what the release recorded")
    if wanted:
        facts.notes.append(f"{len(wanted)} tables of links, as their releases recorded them")


add_part(
    Part(GATE_NAME, actions=frozenset({"module.adopted"}), folders=frozenset({TRACE_FOLDER}), check=check_traceability)
)
