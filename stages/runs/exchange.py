"""Models, repositories, experiments, messages and runs in a project's file. They stay there: a new project has none.

Whoever asked and whatever answered did so at the other site, and the file keeps who that was (docs/adr/0006). Calls,
consoles and the texts of answers are not in it: only their hashes are, in the events of the ends of runs. The bundle
of a release has the calls and answers of the evaluations that it required.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from drafts.exchange.registry import ExportedTable, Row
from stages.runs.models import Experiment, Message, ModelProfile, PullRequest, Repository, Run


def _unsaved(row: Row) -> Iterator[str]:
    yield from row["unsaved"].values()


def _content(row: Row) -> Iterator[str]:
    yield row["content_id"]


def _patch(row: Row) -> Iterator[str]:
    if row["patch_id"] is not None:
        yield row["patch_id"]


EXPORTED: Final = {
    "model_profile": ExportedTable(ModelProfile),
    "experiment": ExportedTable(Experiment, contents=_unsaved),
    "message": ExportedTable(Message, contents=_content),
    "run": ExportedTable(Run, contents=_patch),
    "repository": ExportedTable(Repository),
    "pull_request": ExportedTable(PullRequest),
}
