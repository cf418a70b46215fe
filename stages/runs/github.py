"""Pull requests over the interface of GitHub, which others speak too: found, made, looked up. Guarded HTTP, no SDK."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from kernel.ijson import parse
from kernel.outbound import AddressRefused, OutboundError, OutboundResponse, send
from stages.runs.git.errors import GitCause, GitError
from stages.runs.git.process import Remote
from stages.runs.llm.hiding import hide

MAX_URL: Final = 500
_VERSION: Final = "2022-11-28"
_REFUSALS: Final = {401: GitCause.AUTHENTICATION, 403: GitCause.PERMISSION, 404: GitCause.NOT_FOUND}


@dataclass(frozen=True, slots=True)
class FoundRequest:
    """A pull request as its server has it; `status` is `OPEN`, `MERGED` or `CLOSED`."""

    number: int
    url: str
    status: str


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A pull request to make: from which branch into which, and its words."""

    head: str
    base: str
    title: str
    body: str


def api_address(url: str) -> str:
    """Where a repository's pull requests are made, unless somebody says otherwise."""
    parts = urlsplit(url)
    return "https://api.github.com" if parts.hostname == "github.com" else f"{parts.scheme}://{parts.netloc}/api/v3"


class PullRequests:
    """The pull requests of one repository. All raise `GitError`, whose text does not contain the token."""

    def __init__(self, remote: Remote, api_url: str) -> None:
        self._remote = remote
        owner, _slash, name = urlsplit(remote.url).path.removesuffix(".git").strip("/").rpartition("/")
        # Of a path with more parts, such as groups, the last two count.
        self._owner = owner.rpartition("/")[2]
        self._address = f"{api_url}/repos/{quote(self._owner, safe='')}/{quote(name, safe='')}/pulls"

    def of_branch(self, branch: str) -> FoundRequest | None:
        """The newest pull request from a branch of the repository itself, whatever has become of it."""
        found = self._ask(f"{self._address}?state=all&head={quote(f'{self._owner}:{branch}', safe='')}")
        if not isinstance(found, list):
            raise GitError(GitCause.BAD_RESPONSE)
        requests = [_read(each) for each in found if _branch_of(each) == branch]
        return max(requests, key=lambda each: each.number, default=None)

    def make(self, wanted: NewRequest) -> FoundRequest:
        """Make a pull request."""
        given = {"title": wanted.title, "body": wanted.body, "head": wanted.head, "base": wanted.base}
        return _read(self._ask(self._address, method="POST", body=json.dumps(given).encode()))

    def get(self, number: int) -> FoundRequest:
        """One pull request."""
        return _read(self._ask(f"{self._address}/{number}"))

    def _ask(self, address: str, *, method: str = "GET", body: bytes | None = None) -> Any:
        headers = {
            "Accept": "application/vnd.github+json",
            "Content-Type": "application/json",
            "User-Agent": "Foundry",
            "X-GitHub-Api-Version": _VERSION,
        }
        if self._remote.token:
            headers["Authorization"] = f"Bearer {self._remote.token}"
        try:
            response = send(address, method=method, body=body, headers=headers, allowed=self._remote.allowed)
        except AddressRefused as error:
            raise GitError(GitCause.ADDRESS_REFUSED, str(error)) from None
        except OutboundError as error:
            raise GitError(GitCause.CONNECTION, hide(str(error), self._remote.token)) from None
        return self._parsed(response)

    def _parsed(self, response: OutboundResponse) -> Any:
        if response.status in _REFUSALS:
            raise GitError(_REFUSALS[response.status], f"HTTP {response.status}")
        if response.status >= 500:
            raise GitError(GitCause.CONNECTION, f"HTTP {response.status}")
        try:
            found = parse(response.body)
        except ValidationFailed:
            raise GitError(GitCause.BAD_RESPONSE, f"HTTP {response.status}") from None
        if response.status not in {200, 201}:
            said = str(found.get("message", "")) if isinstance(found, dict) else ""
            said = hide(said, self._remote.token)[:200]
            words = _("The server refuses the pull request: {reason}")
            raise GitError(GitCause.GIT_FAILED, words.format(reason=said or response.status))
        return found


def _branch_of(found: Any) -> str:
    head = found.get("head") if isinstance(found, dict) else None
    return str(head.get("ref", "")) if isinstance(head, dict) else ""


def _read(found: Any) -> FoundRequest:
    """A pull request in an answer. Raises `GitError` where it is none."""
    if not isinstance(found, dict):
        raise GitError(GitCause.BAD_RESPONSE)
    number, url, state = found.get("number"), found.get("html_url"), found.get("state")
    is_link = isinstance(url, str) and url.startswith(("https://", "http://")) and len(url) <= MAX_URL
    if not isinstance(number, int) or not 0 < number < 2**31 or not is_link or state not in {"open", "closed"}:
        raise GitError(GitCause.BAD_RESPONSE)
    is_merged = found.get("merged_at") is not None or found.get("merged") is True
    return FoundRequest(number, str(url), "MERGED" if is_merged else "OPEN" if state == "open" else "CLOSED")
