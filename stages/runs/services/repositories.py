"""Connecting git repositories to a project, and what changes of them.

A server is asked before the transaction, by who may: nothing waits for a network while a row is locked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller
from audit.models import Event
from audit.services import Target
from kernel.errors import Conflict, ValidationFailed
from kernel.ring import RingError
from projects.access import get_project
from projects.writing import ProjectWrite, project_write
from stages.runs import repository_events as events
from stages.runs.addresses import check_address, git_hosts
from stages.runs.environment import GIT_HOSTS
from stages.runs.git.errors import GitCause, GitError
from stages.runs.git.heads import DefaultBranch, default_branch
from stages.runs.git.process import Remote
from stages.runs.github import api_address
from stages.runs.models import Repository
from stages.runs.models.repositories import MAX_URL
from stages.runs.reading import load_repository
from stages.runs.secrets import check_key, key_of, mark_of, origin_of, store_key
from stages.runs.server_requests import server_request
from stages.runs.trees.forbidden import GUARDED

MANAGE: Final = "repository.manage"


def connect_repository(
    *, caller: Caller, project_id: UUID, url: str, token: str = "", api_url: str = "", allows: Sequence[str] = ()
) -> Repository:
    """Connect a repository, or connect one of this address again, with what is given now.

    Its server is asked for the default branch. Raises `ValidationFailed` naming what the server does not take, and
    `RateLimited`, as everything here does that asks a server.
    """
    get_project(user=caller.user, project_id=project_id, action=MANAGE)
    facts: dict[str, Any] = {
        "url": check_url(url),
        "api_url": check_address(api_url, name="api_url", setting=GIT_HOSTS) if api_url else "",
        "allows": check_allows(allows),
    }
    facts["api_url"] = facts["api_url"] or api_address(facts["url"])
    token = check_key(token, name="token") if token else ""
    found = _ask(caller, lambda: Remote(facts["url"], token, git_hosts()))
    mark = mark_of(token) if token else None
    with project_write(
        caller=caller, project_id=project_id, action=MANAGE, parameters={**facts, "mark": mark}
    ) as write:
        if write.repeat_of is not None:
            return _repeated(load_repository(UUID(write.repeat_of.target_id)))
        known = _of_address(project_id, facts["url"])
        repository = known or Repository(id=uuid7(), project=write.project, created_by=caller.user, url=facts["url"])
        former = repository.secret
        repository.api_url, repository.allows, repository.is_connected = facts["api_url"], facts["allows"], True
        repository.default_branch, repository.latest_commit = found.name, found.commit
        repository.secret = store_key(token, origin=origin_of(repository)) if token else None
        event = _record(write, repository, events.REPOSITORY_CONNECTED.name, {**_facts(repository), "mark": mark})
        if known is None:
            repository.created_at = event.at
        repository.save()
        if former is not None:
            former.delete()
        repository.repeated = known is not None
    return repository


def update_repository(*, caller: Caller, repository_id: UUID, allows: Sequence[str]) -> Repository:
    """Say which guarded paths runs may change. Nothing is recorded where nothing changes."""
    with _changing(caller, repository_id, {"allows": check_allows(allows)}) as (write, repository):
        if write.repeat_of is None:
            _change(write, repository, {"allows": check_allows(allows)})
    return repository


def refresh_repository(*, caller: Caller, repository_id: UUID) -> Repository:
    """Ask the server for the default branch and its newest commit. Raises `ValidationFailed`, as connecting does."""
    before = load_repository(repository_id)
    get_project(user=caller.user, project_id=before.project_id, action="run.start")
    check_connected(before)
    found = _ask(caller, lambda: remote_of(before))
    wanted = {"default_branch": found.name, "latest_commit": found.commit}
    with _changing(caller, repository_id, wanted, action="run.start") as (write, repository):
        if write.repeat_of is None:
            _change(write, repository, wanted)
    return repository


def replace_token(*, caller: Caller, repository_id: UUID, token: str) -> Repository:
    """Give a repository another token; the one before is deleted. Raises `ValidationFailed` where it is not taken."""
    before = load_repository(repository_id)
    get_project(user=caller.user, project_id=before.project_id, action=MANAGE)
    check_connected(before)
    token = check_key(token, name="token")
    _ask(caller, lambda: Remote(before.url, token, git_hosts()))
    with _changing(caller, repository_id, {"mark": mark_of(token)}) as (write, repository):
        if write.repeat_of is not None:
            return repository
        former = repository.secret
        repository.secret = store_key(token, origin=origin_of(repository))
        repository.save(update_fields=["secret"])
        data = {"before": {"mark": former.mark if former else None}, "after": {"mark": repository.secret.mark}}
        if former is not None:
            former.delete()
        _record(write, repository, events.REPOSITORY_UPDATED.name, data)
    return repository


def remove_repository(*, caller: Caller, repository_id: UUID) -> Repository:
    """Disconnect a repository and delete its token. Its experiments and pull requests stay on record."""
    with _changing(caller, repository_id, {"remove": True}, even_removed=True) as (write, repository):
        if write.repeat_of is not None or not repository.is_connected:
            return repository
        former, repository.secret, repository.is_connected = repository.secret, None, False
        repository.save(update_fields=["secret", "is_connected"])
        if former is not None:
            former.delete()
        _record(write, repository, events.REPOSITORY_REMOVED.name, {"mark": None})
    return repository


def check_url(value: str) -> str:
    """The address of a repository as it is kept. Raises `ValidationFailed` on `url`."""
    url = check_address(value, name="url", setting=GIT_HOSTS)
    scheme, _colon, rest = url.partition("://")
    host, _slash, path = rest.partition("/")
    if not path.strip("/") or "//" in path or len(url) > MAX_URL:
        raise ValidationFailed({"url": [_("Type the address of a repository, as you would clone it.")]})
    return f"{scheme}://{host.lower()}/{path}"


def check_allows(values: Sequence[str]) -> list[str]:
    """Guarded paths, each once. Raises `ValidationFailed` on `allows`."""
    for value in values:
        if value not in GUARDED:
            words = _("Must be some of {values}.").format(values=", ".join(GUARDED))
            raise ValidationFailed({"allows": [words]})
    return sorted(set(values))


def check_connected(repository: Repository) -> None:
    """Raise `Conflict` for a repository that was removed."""
    if not repository.is_connected:
        raise Conflict(_("The repository {name} was removed. Connect it again.").format(name=repository.name))


def remote_of(repository: Repository) -> Remote:
    """How git reaches a repository. Raises `GitError` where no key of this site decrypts its token."""
    try:
        return Remote(repository.url, key_of(repository), git_hosts())
    except RingError as error:
        raise GitError(GitCause.AUTHENTICATION, f"The stored token cannot be decrypted: {error}.") from None


def _ask(caller: Caller, remote: Callable[[], Remote]) -> DefaultBranch:
    try:
        with server_request(caller.user.id):
            return default_branch(remote())
    except GitError as error:
        name = "token" if error.cause in {GitCause.AUTHENTICATION, GitCause.PERMISSION} else "url"
        raise ValidationFailed({name: [error.words]}) from None


def _of_address(project_id: UUID, url: str) -> Repository | None:
    """The repository of an address, with or without `.git` at its end, its row locked."""
    bare = url.removesuffix(".git")
    rows = Repository.objects.select_related("secret").select_for_update(of=("self",), no_key=True)
    return rows.filter(project=project_id, url__in=[bare, f"{bare}.git"]).first()


@contextmanager
def _changing(
    caller: Caller,
    repository_id: UUID,
    parameters: Mapping[str, Any],
    *,
    action: str = MANAGE,
    even_removed: bool = False,
) -> Iterator[tuple[ProjectWrite, Repository]]:
    """Open the transaction of a change to one repository, whose row is locked. Raises `Conflict` for a removed one."""
    found = load_repository(repository_id)
    given = {"repository": str(repository_id), **parameters}
    with project_write(caller=caller, project_id=found.project_id, action=action, parameters=given) as write:
        rows = Repository.objects.select_related("secret", "created_by")
        repository = rows.select_for_update(of=("self",), no_key=True).get(pk=repository_id)
        if write.repeat_of is None and not even_removed:
            check_connected(repository)
        yield write, repository


def _change(write: ProjectWrite, repository: Repository, wanted: Mapping[str, Any]) -> None:
    before = {name: getattr(repository, name) for name in wanted}
    after = {name: value for name, value in wanted.items() if value != before[name]}
    if not after:
        return
    for name, value in after.items():
        setattr(repository, name, value)
    repository.save(update_fields=[*after])
    data = {"before": {name: before[name] for name in after}, "after": after}
    _record(write, repository, events.REPOSITORY_UPDATED.name, data)


def _facts(repository: Repository) -> dict[str, Any]:
    names = ("url", "api_url", "default_branch", "latest_commit", "allows")
    return {name: getattr(repository, name) for name in names}


def _record(write: ProjectWrite, repository: Repository, action: str, data: Mapping[str, Any]) -> Event:
    facts = {"repository_id": str(repository.id), "name": repository.name, **data}
    return write.record(action, Target.of("repository", repository.id), facts)


def _repeated(repository: Repository) -> Repository:
    repository.repeated = True
    return repository
