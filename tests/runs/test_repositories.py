"""Repositories are connected with a token that nobody sees again, and stay the same ones."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from audit.models import Event
from audit.verification import verify
from drafts.exchange.exporting import export_project
from kernel.errors import Conflict, PermissionDenied, ProjectFrozen, RateLimited, ValidationFailed
from kernel.ring import rotate_registered
from projects.services import archive_project
from stages.runs.checking import check_profile_for
from stages.runs.models import Repository, Secret
from stages.runs.repositories_api import repository_body
from stages.runs.secrets import key_of
from stages.runs.server_requests import server_request
from stages.runs.services import (
    connect_repository,
    create_profile,
    refresh_repository,
    remove_repository,
    replace_token,
    update_repository,
)
from tests.runs.git_server import TOKEN, GitServer, Hosted, git_server
from tests.runs.world import World

Resolve = Callable[[str], None]


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Resolve:
    """Have `git.example` lead to an address."""
    look_up = socket.getaddrinfo

    def to(address: str) -> None:
        def answer(host: Any, *rest: Any, **more: Any) -> Any:
            return look_up(address if host == "git.example" else host, *rest, **more)

        monkeypatch.setattr(socket, "getaddrinfo", answer)

    return to


def connect(world: World, hosted: Hosted, **facts: Any) -> Repository:
    given: dict[str, Any] = {"caller": world.caller("olga"), "url": hosted.url, "token": TOKEN, **facts}
    return connect_repository(project_id=world.project.id, **given)


def test_a_repository_is_connected_with_its_default_branch_and_newest_commit(world: World, hosted: Hosted):
    found = connect(world, hosted)

    assert (found.name, found.default_branch, found.latest_commit) == ("acme/prompts", "main", hosted.heads()["main"])
    assert found.api_url == hosted.url.replace("/acme/prompts.git", "/api/v3")
    newer = hosted.commit({"README.md": b"newer\n"})
    assert refresh_repository(caller=world.caller("rae"), repository_id=found.id).latest_commit == newer
    assert verify(None).findings == []


def test_a_token_is_nowhere_but_in_its_ciphertext(world: World, hosted: Hosted):
    repository = connect(world, hosted)
    assert repository.secret is not None

    assert key_of(repository) == TOKEN
    exported = b"".join(export_project(project_id=world.project.id)).decode()
    events = json.dumps([event.canonical for event in Event.objects.all()])
    for text in (str(repository_body(repository)), exported, events, bytes(repository.secret.ciphertext).decode()):
        assert TOKEN not in text
    assert repository.secret.mark in exported
    assert hosted.url in exported


def test_a_token_follows_a_rotation_and_belongs_to_its_repository(world: World, git_host: GitServer, hosted: Hosted):
    one, other = connect(world, hosted), connect(world, git_host.new_repository("other"))
    assert one.secret is not None
    before = bytes(one.secret.ciphertext)

    with transaction.atomic():
        assert rotate_registered() == 2

    one = Repository.objects.get(pk=one.pk)
    assert one.secret is not None
    assert bytes(one.secret.ciphertext) != before
    assert key_of(one) == TOKEN
    Secret.objects.filter(repository=other).update(ciphertext=one.secret.ciphertext)
    assert [finding.what for finding in verify(None).findings] == ["the secret belongs to another row"]


def test_the_same_address_is_the_same_repository(world: World, hosted: Hosted):
    first = connect(world, hosted)
    remove_repository(caller=world.caller("olga"), repository_id=first.id)

    second = connect(world, hosted, url=hosted.url.removesuffix(".git") + "/", allows=[".gitattributes"])

    assert (second.id, second.repeated, second.is_connected) == (first.id, True, True)
    assert second.allows == [".gitattributes"]
    assert Repository.objects.count() == Secret.objects.count() == 1
    assert verify(None).findings == []


def test_a_replaced_token_is_gone_and_a_wrong_one_is_refused(world: World, hosted: Hosted):
    repository = connect(world, hosted)
    former = repository.secret
    assert former is not None

    with pytest.raises(ValidationFailed, match="does not accept the token"):
        replace_token(caller=world.caller("olga"), repository_id=repository.id, token="ghp_wrong-one")
    replace_token(caller=world.caller("olga"), repository_id=repository.id, token=TOKEN)

    assert not Secret.objects.filter(pk=former.pk).exists()
    assert verify(None).findings == []
    removed = remove_repository(caller=world.caller("olga"), repository_id=repository.id)
    assert (removed.secret, Secret.objects.count()) == (None, 0)
    for write in (refresh_repository, lambda **facts: replace_token(token=TOKEN, **facts)):
        with pytest.raises(Conflict, match="was removed"):
            write(caller=world.caller("olga"), repository_id=repository.id)
    assert verify(None).findings == []


def test_what_the_server_does_not_take_is_named(world: World, git_host: GitServer, hosted: Hosted):
    for facts, name in (
        ({"token": ""}, "token"),
        ({"token": "ghp_wrong-one"}, "token"),
        ({"url": hosted.url.replace("prompts", "others")}, "url"),
        ({"url": f"http://{git_host.host}"}, "url"),
        ({"allows": [".env"]}, "allows"),
        ({"token": "short"}, "token"),
    ):
        with pytest.raises(ValidationFailed) as refusal:
            connect(world, hosted, **facts)
        assert [*refusal.value.errors] == [name], facts
        assert "ghp_" not in str(refusal.value)
    assert not Repository.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        *("http://169.254.169.254/a/b", "http://[::ffff:10.0.0.1]/a/b", "http://2130706433/a/b"),
        *("https://10.0.0.1/a/b", "https://localhost/a/b", "file:///etc", "ssh://git@example.org/a/b", "ext::sh -c id"),
        *("git@github.com:a/b", "https://user:pass@example.org/a/b", "--upload-pack=id", "https://example.org/a b"),
    ],
)
def test_case_17_an_address_that_leads_inside_is_refused_where_it_shows(world: World, settings: Any, url: str):
    settings.FOUNDRY_GIT_HOSTS = frozenset()
    with pytest.raises(ValidationFailed) as refusal:
        connect_repository(caller=world.caller("olga"), project_id=world.project.id, url=url)

    assert [*refusal.value.errors] == ["url"]


def test_case_17_a_name_that_leads_inside_is_refused_before_a_connection(
    world: World, git_host: GitServer, hosted: Hosted, settings: Any, resolve: Resolve
):
    resolve("64:ff9b::a9fe:a9fe")
    with pytest.raises(ValidationFailed, match="not public"):
        connect(world, hosted, url="https://git.example/acme/prompts.git")

    resolve("127.0.0.1")
    settings.FOUNDRY_GIT_HOSTS = frozenset({f"git.example:{git_host.server_port}"})
    named = hosted.url.replace("127.0.0.1", "git.example")
    assert connect(world, hosted, url=named).latest_commit == hosted.heads()["main"]
    assert git_host.asked[-1].headers["host"] == f"git.example:{git_host.server_port}"


def test_a_redirect_is_not_followed(world: World, git_host: GitServer, hosted: Hosted, tmp_path: Path):
    with git_server(tmp_path / "second") as second:
        git_host.moved_to = f"http://{second.host}"
        with pytest.raises(ValidationFailed, match="redirects elsewhere"):
            connect(world, hosted)
        assert second.asked == []


def test_only_owners_connect_and_nobody_in_an_archived_project(world: World, hosted: Hosted, git_host: GitServer):
    for name in ("ed", "rae", "vic"):
        with pytest.raises(PermissionDenied):
            connect(world, hosted, caller=world.caller(name))
    assert git_host.asked == []
    repository = connect(world, hosted)
    archive_project(caller=world.caller("olga"), project_id=world.project.id)
    for write in (lambda **facts: update_repository(allows=[], **facts), remove_repository, refresh_repository):
        with pytest.raises(ProjectFrozen):
            write(caller=world.caller("olga"), repository_id=repository.id)


def test_a_person_waits_for_one_server_at_once_and_a_process_for_two(world: World, hosted: Hosted):
    repository = connect(world, hosted)
    owner = world.caller("olga")
    profile = create_profile(caller=owner, project_id=world.project.id, name="house", provider="echo")
    writes: list[Callable[[], object]] = [
        lambda: connect(world, hosted),
        lambda: refresh_repository(caller=owner, repository_id=repository.id),
        lambda: replace_token(caller=owner, repository_id=repository.id, token=TOKEN),
        lambda: check_profile_for(owner.user, profile),
    ]
    for asking in ([owner.user.id], [uuid4(), uuid4()]):
        with ExitStack() as stack:
            for each in asking:
                stack.enter_context(server_request(each))
            for write in writes:
                with pytest.raises(RateLimited):
                    write()
    with server_request(uuid4()):
        for write in writes:
            write()


def test_what_changes_is_recorded_and_what_does_not_is_not(world: World, hosted: Hosted):
    repository = connect(world, hosted)
    caller = world.caller("olga")
    for allows in ([".gitmodules"], [".gitmodules"]):
        update_repository(caller=caller, repository_id=repository.id, allows=allows)
    refresh_repository(caller=caller, repository_id=repository.id)

    events = Event.objects.filter(action__startswith="repository.").order_by("seq")
    assert [(event.action, event.data.get("after")) for event in events][1:] == [
        ("repository.updated", {"allows": [".gitmodules"]})
    ]
    Repository.objects.update(allows=[])
    (finding,) = verify(None).findings
    assert "its allows was changed" in finding.what


def test_a_repeated_request_connects_one(world: World, hosted: Hosted):
    caller = world.caller("olga", client_ref=uuid4())

    first, second = connect(world, hosted, caller=caller), connect(world, hosted, caller=caller)

    assert (first.id, second.repeated) == (second.id, True)
    assert Event.objects.filter(action="repository.connected").count() == 1


def test_c08_the_database_keeps_the_address_and_the_row(world: World, hosted: Hosted):
    repository = connect(world, hosted)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Repository.objects.filter(pk=repository.pk).update(url="https://x.example/a/b")
    with pytest.raises(IntegrityError), transaction.atomic():
        repository.delete()
