"""The files that a run works on: those of a version, or of a commit in this machine's copy of a repository."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from django.utils.translation import gettext as _

from stages.runs.agents.base import AgentFailed
from stages.runs.git.clones import fetch_commit
from stages.runs.git.errors import GitError
from stages.runs.git.process import Remote
from stages.runs.models import Experiment, Repository
from stages.runs.services.repositories import remote_of
from stages.runs.sources import source_tree
from stages.runs.threads import in_git_thread, in_thread
from stages.runs.trees.git_tree import GitTree
from stages.runs.trees.tree import Tree


@asynccontextmanager
async def source_files(experiment: Experiment, say: Callable[[str], None]) -> AsyncIterator[Tree]:
    """The files of an experiment's source; `say` gets the steps until they are there.

    Raises `AgentFailed` for a repository that cannot be read, `TreeError`.
    """
    repository = experiment.repository
    if repository is None:
        yield await in_thread(partial(source_tree, experiment))
        return
    say(_("Reads {name} at {commit}").format(name=repository.name, commit=experiment.commit[:12]))
    try:
        remote = await in_thread(partial(_remote_of, repository))
        tree = await in_git_thread(partial(_read, repository, remote, experiment.commit))
    except GitError as error:
        raise AgentFailed(error.cause.value, error.words) from None
    try:
        yield tree
    finally:
        await asyncio.to_thread(tree.close)


def _read(repository: Repository, remote: Remote, commit: str) -> GitTree:
    return GitTree(fetch_commit(repository.id, remote, commit), commit)


def _remote_of(repository: Repository) -> Remote:
    if not repository.is_connected:
        raise AgentFailed("access_lost", _("The repository {name} was removed.").format(name=repository.name))
    return remote_of(repository)
