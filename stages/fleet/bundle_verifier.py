"""Where a project's releases were issued, who agreed, and the editions that say so. Also a piece of `verify.py`.

It imports the standard library and the verifier's modules only.
"""

from __future__ import annotations

from collections.abc import Iterable

from audit.derivation import Event, Json, actor_of
from publishing.bundle.verifier.chain import Facts, check_signature
from publishing.bundle.verifier.parts import Part, add_part
from publishing.bundle.verifier.reading import canonical, check, sha256
from publishing.bundle.verifier.record import check_lines

DIRECTIVES_FILE, EDITIONS_FILE = "directives/directives.jsonl", "directives/editions.jsonl"
EDITION_LINE = {"team", "number", "sha256", "key", "seal", "text"}
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
    check_decided(facts.all_events())
    lines = check_lines(facts, DIRECTIVES_FILE, moves_of(facts.all_events()))
    for line in lines:
        what = f"the directive {line['id']}: its step {line['action']} at {line['at']}"
        check(not lacks_approvals(line), f"{what} lacks approvals")
    wanted = {DIRECTIVES_FILE, EDITIONS_FILE} if facts.scope["release"] is None else {DIRECTIVES_FILE}
    there = {name for name in facts.bundle.names() if name.startswith("directives/")} - wanted
    check(not there, f"{min(there, default='')}: it is no file of directives")
    issued = sum(line["action"] == "directive.issued" for line in lines)
    facts.notes.append(f"{issued} directives, {len(lines)} steps")
    if EDITIONS_FILE in wanted:
        check_editions(facts, lines)


def check_decided(events: Iterable[Event]) -> None:
    """Each decision is on exactly what its request asks for, and each request led to just that, once."""
    requests: dict[str, Json] = {}
    used: set[str] = set()
    for _, at, record in events:
        action, identity, data = record["action"], record["target"]["id"], record["data"]
        if action == REQUESTED:
            asked = {"kind": data["kind"], "team": data["team"]["id"], "payload": data["payload"]}
            digest = sha256(canonical(asked).encode())
            check(digest == data["digest"], f"the request {identity} does not say what its digest names")
            requests[identity] = data
        elif action == DECIDED:
            check(data["digest"] == requests[identity]["digest"], f"a decision on the request {identity} is on another")
        elif action in MOVES and data.get("request_id") is not None:
            request = data["request_id"]
            check(request not in used, f"the request {request} led to two steps")
            used.add(request)
            what = f"the directive {identity}: its step {action} at {at} is not what was asked for"
            check(_is_asked_for(record, requests[request]["payload"]), what)


def _is_asked_for(record: Json, payload: Json) -> bool:
    """Whether a step is what the payload of its request says."""
    data: Json = record["data"]
    asked = {name: value for name, value in payload.items() if name != "directive_id"}
    if payload["directive_id"] != record["target"]["id"]:
        return False
    if record["action"] == "directive.issued":
        return bool(data["values"] == asked)
    said = {name: data[name] for name in ("before", "after") if name in data}
    return said == asked


def check_editions(facts: Facts, moves: list[Json]) -> None:
    """Each step of a directive is in the edition of its team that followed it, as it was decided, and in its release.

    Of each team the file has one edition for each step, in their order: all that changed what it obeys of the project.
    """
    steps: dict[str, list[Json]] = {}
    for move in moves:
        steps.setdefault(move["team"]["id"], []).append(move)
    expected = [(team, move) for team in sorted(steps) for move in steps[team]]
    lines = list(facts.bundle.lines(EDITIONS_FILE))
    check(len(lines) == len(expected), f"{EDITIONS_FILE}: it has not one edition for each step")
    releases = {each["id"]: each for each in facts.lines("releases.jsonl")}
    obeyed: Json = {}
    before: tuple[str, int] = ("", 0)
    mixed = 0
    for (number, line), (team, move) in zip(lines, expected):  # noqa: B905 (as many of both)
        where = f"{EDITIONS_FILE}, line {number}"
        check(set(line) == EDITION_LINE, f"{where}: it has other members")
        is_next = line["team"] == team and (team, line["number"]) > before
        check(is_next, f"{where}: it is not the next edition of {team}")
        obeyed = _after(obeyed if team == before[0] else {}, move)
        before = (team, line["number"])
        if line["text"] is None:
            mixed += 1
            continue
        check(sha256(line["text"].encode()) == line["sha256"], f"{where}: its SHA-256 is another")
        check_edition(facts, where, line, obeyed, releases)
    facts.notes.append(f"{len(lines) - mixed} editions with their seals")
    if mixed:
        facts.notes.append(
            f"NOT CHECKED: {mixed} editions that also list directives of other projects. The site has their texts: "
            f"compare the SHA-256 of each with {EDITIONS_FILE}."
        )


def _after(obeyed: Json, move: Json) -> Json:
    """The directives of a team after a step, each as its newest step says, with its status."""
    others = {identity: each for identity, each in obeyed.items() if identity != move["id"]}
    if move["action"] == "directive.withdrawn":
        return others
    status = obeyed.get(move["id"], {}).get("status", "active")
    status = {"directive.paused": "paused", "directive.resumed": "active"}.get(move["action"], status)
    return {**others, move["id"]: {**move, "status": status}}


def check_edition(facts: Facts, where: str, line: Json, obeyed: Json, releases: Json) -> None:
    """An edition lists just the project's directives as they were then, each with the text of its release's version."""
    statement = check_signature(facts, line["text"], line["seal"], line["key"], where)
    said = (statement.get("type"), statement.get("v"), statement.get("number"), statement["team"]["id"])
    check(said == ("edition", 1, line["number"], line["team"]), f"{where}: it is no such edition")
    listed = entries_of(statement, facts.scope["project"])
    check(len(listed) == len(statement["directives"]), f"{where}: it lists directives of other projects")
    check({each["id"] for each in listed} == set(obeyed), f"{where}: it lists other directives than were decided on")
    for each in listed:
        move = obeyed[each["id"]]
        what = f"{where}: the directive {each['id']}"
        fits = (each["title"], each["mode"], each["release"]["id"]) == (move["title"], move["mode"], move["release"])
        check(fits, f"{what} was decided on otherwise")
        check(each["status"] == move["status"], f"{what} has another status")
        release = releases.get(move["release"], {})
        version = facts.versions.get(release.get("version", 0), {})
        check(release.get("state") == "released", f"{what} carries no release of the project")
        text = version.get("fields", {}).get(each["field"], {})
        check(text.get("sha256") == each["text"]["sha256"], f"{what} has another text than its release")


def entries_of(statement: Json, project: str) -> list[Json]:
    """What an edition says of the directives of a project."""
    return [each for each in statement["directives"] if each["project"]["id"] == project]


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
