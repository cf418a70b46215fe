"""A run of the kind `change`: the model answers with a patch, which is applied in memory to the experiment's source.

A message that goes on from a run is about the files as that run changed them; its patch has both changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from stages.runs.agents.base import AgentRequest, AgentResult
from stages.runs.agents.patch_agent import PatchAgent
from stages.runs.kinds.work import Work, WorkResult
from stages.runs.models import Run
from stages.runs.source_files import source_files
from stages.runs.sources import patch_before, request_of
from stages.runs.threads import in_thread
from stages.runs.trees.forbidden import GUARDED
from stages.runs.trees.patch_parsing import FilePatch, parse_patch
from stages.runs.trees.patches import PatchResult, apply_in_order, apply_patch
from stages.runs.trees.tree import ChangedTree, Tree


@dataclass(frozen=True, slots=True)
class Change:
    """What a run is to change: the source, the patch of the run that its message goes on from, and what is asked."""

    before: Sequence[FilePatch]
    request: AgentRequest


async def work(at: Work) -> WorkResult:
    """Ask for a patch; where it does not fit, once more. The source itself never changes."""
    model = at.model()
    change = await in_thread(partial(_change, at.run))
    async with source_files(at.run.experiment, at.console.step) as tree:
        request = replace(change.request, tree=await asyncio.to_thread(_changed, change, tree))
        result = await PatchAgent(model, at.console.step).run(request)
        for words in result.warnings:
            at.console.warn(words)
        whole = await asyncio.to_thread(_whole, change, tree, result)
    files = [file.as_data() for file in whole.files]
    return WorkResult(result.summary, [*model.warnings, *result.warnings], whole.patch, files)


def _change(run: Run) -> Change:
    before = patch_before(run.message)
    repository = run.experiment.repository
    # The guarded paths that the repository's owners let runs change; none of a draft.
    request = replace(request_of(run), allows=tuple(repository.allows) if repository else ())
    return Change(parse_patch(before) if before else (), request)


def _changed(change: Change, tree: Tree) -> Tree:
    """The files as the message speaks of them."""
    if not change.before:
        return tree
    files = apply_patch(tree, change.before, allows=GUARDED).files
    gone = {file.old_path: None for file in files if file.old_path}
    return ChangedTree(tree, {**gone, **{file.path: file.text for file in files}})


def _whole(change: Change, tree: Tree, result: AgentResult) -> PatchResult:
    """What was changed in all, since the source."""
    if not change.before:
        return PatchResult(result.patch, result.files_changed, ())
    after = parse_patch(result.patch) if result.patch else ()
    return apply_in_order(tree, [change.before, after], allows=GUARDED)
