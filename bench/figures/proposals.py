"""p14, p15 and p17 to p19: proposals, against what the product did before it had them, and against `difflib`."""

from __future__ import annotations

import difflib
import random
from itertools import count, cycle
from typing import Any
from uuid import UUID

from bench.client import Rest, socket_to
from bench.figure import Figure, Goal, compared, in_turn, per_second, seconds
from bench.figures.writes import PROMPT
from bench.nodes import BenchNode, product_node
from bench.world import BenchUser, person, project
from drafts.compare.merging import merge_texts

LINES, CHANGES = 20_000, 2_000
MANY = 1_000


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """Those of p14, p15 and p17 to p19 that are wanted."""
    rounds, times = (2, 40) if quick else (5, 150)
    many = MANY // 5 if quick else MANY
    figures = []
    if "p14" in wanted:
        figures.append(_acceptances(rounds, times))
    if "p17" in wanted:
        figures.append(_merges(1 if quick else 3))
    if wanted & {"p15", "p18", "p19"}:
        owner = person("proposer")
        with product_node() as node:
            if "p15" in wanted:
                figures.append(_stagings(node, owner, rounds, times * 2))
            if "p18" in wanted:
                figures.append(_saves_beside(node, owner, rounds, times, many))
            if "p19" in wanted:
                figures.append(_lists(node, owner, rounds, many))
    return figures


def _acceptances(rounds: int, times: int) -> Figure:
    """Accepting an open proposal, by its author, against reverting: both make one version of one field, unlocked."""
    from drafts.services import revert_draft
    from proposals.services import accept_proposal

    owner = person("accepter")
    accepted, reverted = project(owner).id, project(owner).id
    versions = {accepted: 0, reverted: 0}

    def accept_one(project_id: UUID) -> float:
        """How long the acceptance took; what opens the proposal is not measured."""
        version = versions[project_id]
        proposal_id = _opened(owner, project_id, f"{PROMPT}{version}", version)
        versions[project_id] = version + 1
        return seconds(lambda: accept_proposal(caller=owner.caller, proposal_id=proposal_id, round=1))

    for project_id in (accepted, reverted):
        for _ in range(2):
            accept_one(project_id)
    # Version 2 is current: the first goes back to 1.
    source = cycle((1, 2))

    def revert_one() -> object:
        return revert_draft(caller=owner.caller, project_id=reverted, version=next(source), reason="Bench")

    pairs = in_turn(
        rounds,
        lambda: times / sum(accept_one(accepted) for _ in range(times)),
        lambda: per_second(revert_one, times),
    )
    return compared("p14", "A proposal accepted", "acceptances/s", Goal(">=", 0.8), pairs, notes=["Baseline: reverts."])


def _opened(owner: BenchUser, project_id: UUID, text: str, base: int) -> UUID:
    """A proposal of this prompt, in review."""
    from proposals.services import create_proposal, submit_proposal

    changes = {"prompt_text": text}
    made = create_proposal(
        caller=owner.caller, project_id=project_id, title="Bench", base_version=base, changes=changes
    )
    submit_proposal(caller=owner.caller, proposal_id=made.id)
    return made.id


def _merges(rounds: int) -> Figure:
    choose = random.Random(17)  # noqa: S311 (the same texts every time)
    base = [f"{number:05d} " + "".join(choose.choices("abcdefgh ", k=44)) for number in range(LINES)]
    theirs, yours = list(base), list(base)
    for number, at in enumerate(choose.sample(range(0, LINES, 3), 2 * CHANGES)):
        side = theirs if number % 2 else yours
        side[at] += "!"
    texts = ["\n".join([*lines, ""]) for lines in (base, theirs, yours)]

    def one_side() -> None:
        for _ in difflib.unified_diff(base, theirs):
            pass

    pairs = [(seconds(lambda: merge_texts(*texts)), seconds(one_side)) for _ in range(rounds)]
    notes = ["Baseline: difflib.unified_diff of one side."]
    title = "Merge of two 1 MB texts with 2,000 changes each"
    return compared("p17", title, "s", Goal("<=", 3), pairs, notes=notes)


def _stagings(node: BenchNode, owner: BenchUser, rounds: int, times: int) -> Figure:
    from proposals.services import create_proposal

    made = project(owner).id
    proposal = create_proposal(caller=owner.caller, project_id=made, title="Bench")
    with socket_to(node, made, owner) as socket:
        token, revisions, kept = socket.take(), count(1), count(1)

        def stage() -> None:
            revision = next(revisions)
            asked = {"proposal_id": str(proposal.id), "target": "prompt_text", "base_version": 0}
            socket.call("proposal.stage", **asked, revision=revision - 1, value=f"{PROMPT}{revision}")

        def put() -> None:
            revision = next(kept)
            socket.call(
                "working_copy.put", field="prompt_text", token=token, revision=revision, content=f"{PROMPT}{revision}"
            )

        stage()
        put()
        pairs = in_turn(rounds, lambda: per_second(stage, times), lambda: per_second(put, times))
    notes = ["Baseline: working_copy.put."]
    return compared("p15", "A 2 kB prompt staged in a proposal", "stagings/s", Goal(">=", 0.8), pairs, notes=notes)


def _saves_beside(node: BenchNode, owner: BenchUser, rounds: int, times: int, many: int) -> Figure:
    """The time of a save in a project with open proposals of the saved field, and in one without."""
    crowded, empty = project(owner).id, project(owner).id
    for number in range(many):
        _opened(owner, crowded, f"{PROMPT}{number}", 0)
    with socket_to(node, crowded, owner) as first, socket_to(node, empty, owner) as second:
        sides = [[socket, socket.take(), 0] for socket in (first, second)]

        def save(side: list[Any]) -> None:
            socket, token, version = side
            side[2] = socket.save(f"{PROMPT}{version}", token, version)

        def one(side: list[Any]) -> float:
            return 1000 / per_second(lambda: save(side), times)

        for side in sides:
            save(side)
        pairs = in_turn(rounds, lambda: one(sides[0]), lambda: one(sides[1]))
    title = f"A save beside {many:,} open proposals of its field"
    return compared("p18", title, "ms", Goal("<=", 1.05), pairs, notes=["Baseline: a save beside none."])


def _lists(node: BenchNode, owner: BenchUser, rounds: int, many: int) -> Figure:
    made = project(owner).id
    with socket_to(node, made, owner) as socket:
        token = socket.take()
        for version in range(many):
            socket.save(f"{PROMPT}{version}", token, version)
    for number in range(many):
        _opened(owner, made, f"{PROMPT}proposed {number}", many)
    rest = Rest(node, owner)

    def read(what: str) -> float:
        return 1000 * seconds(lambda: _all_pages(rest, f"projects/{made}/{what}/?limit=100", many))

    read("proposals")
    read("drafts")
    pairs = in_turn(rounds, lambda: read("proposals"), lambda: read("drafts"))
    rest.close()
    title, notes = f"The list of {many:,} proposals", [f"Baseline: the history of {many:,} versions."]
    return compared("p19", title, "ms", Goal("<=", 1.5), pairs, notes=notes)


def _all_pages(rest: Rest, path: str, expected: int) -> None:
    """Read a list to its end, page by page."""
    found, following = 0, path
    while following:
        status, answer = rest.call("GET", following)
        assert status == 200, answer
        found += len(answer["results"])
        following = answer["next"].split("/api/v1/")[-1] if answer["next"] else ""
    assert found == expected, (found, expected)
