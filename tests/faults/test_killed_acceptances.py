"""A process is killed between any two statements of an acceptance: it is there wholly or not at all."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from audit.verification import verify_chain
from foundry_site.environment import BASE_DIR
from kernel.errors import Conflict
from proposals.models import Proposal
from tests.proposals.conftest import World, changed, new_world
from tests.proposals.test_whole_or_nothing import MOST_STATEMENTS, rows

TWO_FIELDS = {"prompt_text": changed(line_8="eight"), "files/a.md": {"content": "a"}}


@pytest.fixture
def world(committed_db: None) -> World:
    return new_world()


@contextmanager
def killed_before(
    proposal: Proposal, by: str, world: World, environment: dict[str, str]
) -> Iterator[Callable[[int], int]]:
    """A function that accepts in a process which is killed before a statement; it answers how that process ended."""
    order = json.dumps({"user": str(world.people[by].id), "proposal": str(proposal.id)})
    command = [sys.executable, "-m", "tests.faults.dying_acceptances", order]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, cwd=BASE_DIR, stdin=pipe, stdout=pipe, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        asked, answers = child.stdin, child.stdout

        def ended(number: int) -> int:
            asked.write(f"{number}\n")
            asked.flush()
            return int(answers.readline())

        try:
            yield ended
        finally:
            asked.close()


@pytest.mark.parametrize("is_private", [False, True], ids=["open", "private"])
def test_an_acceptance_that_is_killed_is_there_wholly_or_not_at_all(
    world: World, process_environment: dict[str, str], is_private: bool
):
    proposal = world.stage(TWO_FIELDS) if is_private else world.open(TWO_FIELDS)
    by = "ed" if is_private else "mara"
    before = after = rows(world, proposal)
    killed = 0
    with killed_before(proposal, by, world, process_environment) as ended:
        while after == before:
            killed += 1
            assert killed < MOST_STATEMENTS
            assert ended(killed) == -signal.SIGKILL
            after = rows(world, proposal)
        # Killed right after the commit, before anybody was notified.
        assert ended(1_000_000) == 1

    assert killed > 10
    assert after["state"] == "accepted"
    assert {name: after[name] - before[name] for name in ("events", "versions", "leases", "drafts")} == {
        "events": 2 + is_private,
        "versions": 1,
        "leases": 2,
        "drafts": 1,
    }
    assert rows(world, proposal) == after
    assert verify_chain(str(world.project.id)).finding is None
    with pytest.raises(Conflict, match="accepted"):
        world.accept(proposal, by)
    # Whoever comes next finds nothing locked.
    world.save("mara", prompt_text="Next\n")
