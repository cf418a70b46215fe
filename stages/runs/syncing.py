"""What became of the pull requests that are open: their servers are asked one after the other."""

from __future__ import annotations

import logging
from functools import partial

from stages.runs.git.errors import GitError
from stages.runs.github import PullRequests
from stages.runs.models import PullRequest, PullRequestStatus
from stages.runs.services.pull_request_work import record_synced
from stages.runs.services.repositories import remote_of
from stages.runs.threads import in_git_thread, in_thread

logger = logging.getLogger(__name__)


async def sync_all() -> None:
    """Ask about all that are open. A server that does not answer is not asked again for the same repository."""
    silent = set()
    for row in await in_thread(_open):
        if row.repository_id in silent or row.number is None:
            continue
        try:
            remote = await in_thread(partial(remote_of, row.repository))
            found = await in_git_thread(partial(PullRequests(remote, row.repository.api_url).get, row.number))
        except GitError as error:
            logger.info("pull request %s: %s", row.id, error)
            silent.add(row.repository_id)
            continue
        await in_thread(partial(record_synced, pull_request_id=row.id, status=found.status))


def _open() -> list[PullRequest]:
    rows = PullRequest.objects.filter(status=PullRequestStatus.OPEN, repository__is_connected=True)
    return list(rows.select_related("repository__secret").order_by("id"))
