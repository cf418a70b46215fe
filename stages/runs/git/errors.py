"""Why git, or the server of a repository, did not do what was asked."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class GitCause(StrEnum):
    """The cause in one word, as people and programs see it."""

    AUTHENTICATION = "authentication"
    PERMISSION = "permission"
    NOT_FOUND = "repository_not_found"
    COMMIT_NOT_FOUND = "commit_not_found"
    CONNECTION = "connection"
    TIMEOUT = "timeout"
    ADDRESS_REFUSED = "address_refused"
    CONFLICT = "conflict"
    FORBIDDEN_PATH = "forbidden_path"
    BAD_RESPONSE = "bad_response"
    GIT_FAILED = "git_failed"


WORDS: Final[dict[GitCause, str | Promise]] = {
    GitCause.AUTHENTICATION: _("The server does not accept the token. Replace it."),
    GitCause.PERMISSION: _("The token does not allow this. Give it the right to read and write contents there."),
    GitCause.NOT_FOUND: _("There is no such repository, or the token does not show it."),
    GitCause.COMMIT_NOT_FOUND: _("The repository does not have this commit."),
    GitCause.CONNECTION: _("The server cannot be reached, or redirects elsewhere. Check the address."),
    GitCause.TIMEOUT: _("The server took too long. Try again later."),
    GitCause.ADDRESS_REFUSED: _("This address is not public. The operator can allow the server in FOUNDRY_GIT_HOSTS."),
    GitCause.CONFLICT: _("Someone changed the branch on the server. Nothing was overwritten; look at it there."),
    GitCause.FORBIDDEN_PATH: _("The change touches a path that runs may not change."),
    GitCause.BAD_RESPONSE: _("The server's answer cannot be read. Check the addresses of the repository."),
    GitCause.GIT_FAILED: _("git failed."),
}


class GitError(Exception):
    """A refusal or failure: its `cause`, and for the log what git or the server said."""

    def __init__(self, cause: GitCause, detail: str = "") -> None:
        super().__init__(f"{cause.value}: {detail}" if detail else cause.value)
        self.cause = cause
        self.detail = detail

    @property
    def words(self) -> str:
        """What happened and what to do, for people; with what git said where Foundry does not know better."""
        words = str(WORDS[self.cause])
        says_more = self.detail and self.cause in {GitCause.GIT_FAILED, GitCause.CONFLICT, GitCause.FORBIDDEN_PATH}
        return f"{words} {self.detail}" if says_more else words


def cause_of(said: str) -> GitCause:
    """The cause that git names on its standard error, in its C locale."""
    lower = said.lower()
    for words, cause in _SAID:
        if words in lower:
            return cause
    return GitCause.GIT_FAILED


_SAID: Final = (
    ("authentication failed", GitCause.AUTHENTICATION),
    ("could not read username", GitCause.AUTHENTICATION),
    ("could not read password", GitCause.AUTHENTICATION),
    ("returned error: 401", GitCause.AUTHENTICATION),
    ("returned error: 403", GitCause.PERMISSION),
    ("returned error: 404", GitCause.NOT_FOUND),
    ("not our ref", GitCause.COMMIT_NOT_FOUND),
    ("couldn't find remote ref", GitCause.COMMIT_NOT_FOUND),
    ("unadvertised object", GitCause.COMMIT_NOT_FOUND),
    ("stale info", GitCause.CONFLICT),
    ("non-fast-forward", GitCause.CONFLICT),
    ("fetch first", GitCause.CONFLICT),
    ("remote rejected", GitCause.PERMISSION),
    ("not found", GitCause.NOT_FOUND),
    ("unable to access", GitCause.CONNECTION),
    ("not valid: is this a git repository", GitCause.NOT_FOUND),
)
