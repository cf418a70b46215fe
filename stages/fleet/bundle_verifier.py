"""Where the releases of a project were issued, and who agreed, derived from the events. Also a piece of `verify.py`.

It imports the standard library and the verifier's modules only.
"""

from __future__ import annotations

from collections.abc import Iterable

from audit.derivation import Event, Json, actor_of
from publishing.bundle.verifier.chain import Facts
from publishing.bundle.verifier.parts import Part, add_part
from publishing.bundle.verifier.reading import check
from publishing.bundle.verifier.record import check_lines

DIRECTIVES_FILE = "directives/directives.jsonl"
MOVES = frozenset(
    f"directive.{name}" for name in ("issued", "changed", "paused", "resumed", "rolled_back", "withdrawn")
)
REQUESTED, DECIDED = "directive.requested", "directive.request_decided"
READ = (*sorted(MOVES), REQUESTED, DECIDED)


def moves_of(events: Iterable[Event]) -> list[Json]:
    """Every step of every directive, with the release that it carried then, and the request that led to it."""
    requests: dict[str, Json] = {}
    found: list[Json] = []
    for _, at, record in events:
        action, identity, data = record["action"], record["target"]["id"], record["data"]
        if action == REQUESTED:
            asked = {"id": identity, "asked_at": at, "asked_by": data["author_id"], "quorum": data["quorum"]}
            requests[identity] = {**asked, "reason": record["reason"], "decisions": []}
        elif action == DECIDED:
            check(identity in requests, f"the request {identity} was decided, and never made")
            said = {name: data[name] for name in ("approves", "comment", "digest")}
            requests[identity]["decisions"].append({"at": at, "by": actor_of(record), **said})
        elif action in MOVES:
            found.append(_move(at, record, requests))
    return found


def check_directives(facts: Facts) -> None:
    """The file is what the events say, and whatever needed a request had its approvals, none by who asked."""
    lines = check_lines(facts, DIRECTIVES_FILE, moves_of(facts.all_events()))
    for line in lines:
        what = f"the directive {line['id']}: its step {line['action']} at {line['at']}"
        check(not lacks_approvals(line), f"{what} lacks approvals")
    there = {name for name in facts.bundle.names() if name.startswith("directives/")} - {DIRECTIVES_FILE}
    check(not there, f"{min(there, default='')}: it is no file of directives")
    issued = sum(line["action"] == "directive.issued" for line in lines)
    facts.notes.append(f"{issued} directives, {len(lines)} steps")


def lacks_approvals(line: Json) -> bool:
    """Whether a step needed a request, and too few people agreed besides who asked."""
    request = line["request"]
    if request is None:
        return False
    approved = {each["by"]["id"] for each in request["decisions"] if each["approves"]}
    return len(approved - {request["asked_by"]}) < int(request["quorum"])


def _move(at: str, record: Json, requests: Json) -> Json:
    data, request = record["data"], record["data"].get("request_id")
    check(request is None or request in requests, f"the request {request} led to something, and was never made")
    return {
        "id": record["target"]["id"],
        "action": record["action"],
        "at": at,
        "by": actor_of(record),
        "reason": record["reason"],
        **{name: data[name] for name in ("title", "team", "mode")},
        "release": data["release_id"],
        "request": None if request is None else {**requests[request], "decisions": [*requests[request]["decisions"]]},
    }


add_part(Part("fleet", actions=MOVES, folders=frozenset({"directives"}), check=check_directives))
