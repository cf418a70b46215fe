"""Making the branch and the pull request of a run, in the process of `manage.py runner`. Safe to repeat at every step.

The same run makes the same commit, a branch that has it already is left alone, and a pull request that is there for the
branch is found. So whoever was killed between two steps has lost nothing, and no one makes a second of anything.
"""

from __future__ import annotations

import logging
import re
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from stages.runs.git.clones import fetch_commit, work_folder
from stages.runs.git.commits import NewCommit, make_commit, push_commit
from stages.runs.git.errors import GitCause, GitError
from stages.runs.git.heads import head_of
from stages.runs.git.process import Remote
from stages.runs.github import FoundRequest, NewRequest, PullRequests
from stages.runs.models import PullRequest
from stages.runs.services.pull_request_work import claim_pull_request, fail_pull_request, finish_pull_request
from stages.runs.services.repositories import remote_of
from stages.runs.threads import in_git_thread, persist
from stages.runs.trees.errors import TreeError
from stages.runs.trees.git_tree import GitTree
from stages.runs.trees.patch_parsing import parse_patch
from stages.runs.trees.patches import apply_patch

logger = logging.getLogger(__name__)

INTERNAL: Final = "internal"
INTERNAL_WORDS: Final = _(
    "Something went wrong at this site; the details are in the runner’s log. Please tell your operator."
)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made, read from the database before git and the network are used.

    `pushed` is the commit that the branch has as far as Foundry knows, empty for a new one.
    """

    remote: Remote
    api_url: str
    repository_id: UUID
    base: str
    parent: str
    pushed: str
    patch: str
    allows: tuple[str, ...]
    ended_at: datetime
    message: str
    request: NewRequest


async def make(pull_request_id: UUID) -> None:
    """Make what a pull request that waits asks for, and record how that ended."""
    claimed = await persist(partial(claim_pull_request, pull_request_id=pull_request_id))
    if claimed is None:
        return
    fail = partial(fail_pull_request, pull_request_id=pull_request_id, run_id=claimed.run_id)
    try:
        order = await persist(partial(order_of, claimed))
        commit, found = await in_git_thread(partial(carry_out, order))
    except GitError as error:
        logger.info("pull request %s: %s", pull_request_id, error)
        await persist(partial(fail, error=error.cause.value, detail=error.words))
    except TreeError as error:
        await persist(partial(fail, error=error.code, detail=str(error)))
    except Exception:
        logger.exception("pull request %s failed", pull_request_id)
        await persist(partial(fail, error=INTERNAL, detail=str(INTERNAL_WORDS)))
    else:
        finish = partial(finish_pull_request, pull_request_id=pull_request_id, run_id=claimed.run_id)
        await persist(partial(finish, commit=commit, found=found))


def order_of(pull_request: PullRequest) -> Order:
    """What is to be made for a pull request. Raises `GitError`."""
    run, repository = pull_request.run, pull_request.repository
    assert run.patch is not None
    assert run.ended_at is not None
    title = run.experiment.title
    # In a fence: what a model says must mention nobody there, and close nothing.
    fence = "`" * (1 + max(2, *map(len, re.findall("`+", run.summary)), 0))
    said = f"{fence}text\n{run.summary}\n{fence}\n\n" if run.summary else ""
    body = f"{said}{run.profile.agent.display_name} · Foundry run {run.id}\n"
    return Order(
        remote=remote_of(repository),
        api_url=repository.api_url,
        repository_id=repository.id,
        base=run.experiment.commit,
        parent=pull_request.parent,
        pushed=pull_request.commit,
        patch=run.patch.text,
        allows=tuple(repository.allows),
        ended_at=run.ended_at,
        message=f"{title}\n\nFoundry-Run: {run.id}\n",
        request=NewRequest(pull_request.branch, repository.default_branch, title, body),
    )


def carry_out(order: Order) -> tuple[str, FoundRequest]:
    """Commit, push, and find or make the pull request; the commit's name, and what was found. Raises `GitError`."""
    commit = _push(order)
    requests = PullRequests(order.remote, order.api_url)
    found = requests.of_branch(order.request.head)
    if found is not None:
        return commit, found
    try:
        return commit, requests.make(order.request)
    except GitError:
        # Somebody may have made it at the same moment.
        found = requests.of_branch(order.request.head)
        if found is None:
            raise
        return commit, found


def _push(order: Order) -> str:
    """Make the commit of the run, and have the branch at it; its name."""
    clone = fetch_commit(order.repository_id, order.remote, order.base)
    if order.parent != order.base:
        fetch_commit(order.repository_id, order.remote, order.parent)
    with work_folder() as work, closing(GitTree(clone, order.base)) as tree:
        files = apply_patch(tree, parse_patch(order.patch, strict=True), allows=order.allows).files
        wanted = NewCommit(order.base, order.parent, files, order.message, order.ended_at)
        folder, commit = make_commit(clone, work, tree, wanted)
        head = head_of(order.remote, order.request.head)
        if head == commit:
            return commit
        if head != (order.pushed or None):
            raise GitError(GitCause.CONFLICT)
        try:
            push_commit(order.remote, folder, commit, order.request.head, expected=head)
        except GitError:
            # Another worker may have pushed the same at the same moment.
            if head_of(order.remote, order.request.head) != commit:
                raise
    return commit
