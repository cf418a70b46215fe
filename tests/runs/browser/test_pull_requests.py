"""A change of a repository becomes a branch and a pull request at a real git server, while somebody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from stages.runs.models import Experiment, Repository, Run
from stages.runs.services import connect_repository
from tests.browser.contexts import Scheme
from tests.browser.people import Person, World
from tests.browser.server import Server
from tests.browser.test_accessible import TOO_WIDE, violations
from tests.runs.browser.conftest import Models
from tests.runs.git_server import TOKEN, GitServer, Hosted

Address = Callable[[Experiment], str]
PATCH = """Says it {how}.

```diff
--- a/src/prompt.txt
+++ b/src/prompt.txt
@@ -1,2 +1,2 @@
-Be exact.
+Be {how}.
 Be brief.
```
"""
WINDOWS: list[tuple[Scheme, tuple[int, int]]] = [("light", (1440, 900)), ("dark", (820, 1180)), ("light", (390, 844))]


@pytest.fixture(scope="module")
def server(process_environment: dict[str, str], git_host: GitServer) -> Iterator[Server]:
    """A server of this module's own, which may ask the git server."""
    found = Server({**process_environment, "FOUNDRY_LOCK_TTL": "20", "FOUNDRY_GIT_HOSTS": git_host.host})
    found.start()
    yield found
    found.stop()


@pytest.fixture
def hosted(git_host: GitServer) -> Hosted:
    """A repository of the test's own."""
    return git_host.new_repository(f"prompts-{uuid4().hex[:8]}")


@pytest.fixture
def repository(world: World, git_host: GitServer, hosted: Hosted, settings: Any) -> Repository:
    settings.FOUNDRY_GIT_HOSTS = frozenset({git_host.host})
    connect = partial(connect_repository, project_id=world.project.id, url=hosted.url, token=TOKEN)
    made: Repository = world.arrange(lambda: connect(caller=world.caller("owner")))
    return made


def name_of(hosted: Hosted) -> str:
    return hosted.folder.stem


@pytest.mark.usefixtures("runner")
def test_a_change_is_chosen_opened_merged_and_listed(
    person: Callable[..., Person],
    models: Models,
    world: World,
    git_host: GitServer,
    hosted: Hosted,
    repository: Repository,
    address_of: Address,
) -> None:
    models.provider.texts |= {"quick": PATCH.format(how="precise"), "second": PATCH.format(how="very precise")}
    experiment = models.experiment("More precise", kind="change", repository_id=repository.id)
    daniel, rae = person("editor"), person("reviewer")
    page, other = daniel.open(address_of(experiment)), rae.open(address_of(experiment))
    models.start(experiment, *models.add("quick", "second"))
    world.until(lambda: not Run.objects.unended().filter(experiment=experiment).exists())
    page.get_by_role("link", name="Compare changes").click()
    opens = page.get_by_role("button", name="Choose and open pull request")
    expect(opens).to_be_disabled()
    page.wait_for_load_state()
    page.keyboard.press("1")
    expect(page.locator(".runs-choose")).to_contain_text("Quick becomes a branch and a pull request")
    opens.click()

    requests = page.get_by_role("region", name="Pull requests")
    for shown in (page, other):
        expect(shown.locator(".request .badge")).to_have_text("Open")
        expect(shown.get_by_role("link", name="Pull request 1")).to_be_visible()
    branch = next(name for name in hosted.heads() if name != "main")
    expect(requests).to_contain_text(branch)
    assert hosted.text(branch, "src/prompt.txt") == "Be precise.\nBe brief."

    # The change of the other run goes on top of it; the reviewer has no such button.
    expect(other.get_by_role("button", name="Update")).to_have_count(0)
    before = hosted.heads()[branch]
    requests.get_by_role("button", name="Update").click()
    expect(other.locator(".request")).to_contain_text("with the change of Second")
    expect(page.locator(".request .badge")).to_have_text("Open")
    expect(requests).not_to_contain_text(before[:7])
    assert hosted.text(branch, "src/prompt.txt") == "Be very precise.\nBe brief."

    git_host.requests[name_of(hosted)].rows[0] |= {"state": "closed", "merged_at": "2026-11-29T12:00:00Z"}
    requests.get_by_role("button", name="Sync").click()
    for shown in (page, other):
        expect(shown.locator(".request .badge")).to_have_text("Merged")
    other.goto(f"{other.url.partition('/runs/')[0]}/runs/")
    other.get_by_role("link", name="Pull requests").click()
    expect(other.locator(".request")).to_contain_text("More precise")


@pytest.mark.usefixtures("runner")
def test_what_the_server_refuses_is_said_and_the_pages_are_accessible(
    person: Callable[..., Person],
    models: Models,
    world: World,
    git_host: GitServer,
    hosted: Hosted,
    repository: Repository,
    address_of: Address,
) -> None:
    models.provider.texts |= {"quick": PATCH.format(how="precise")}
    experiment = models.experiment("More precise", kind="change", repository_id=repository.id)
    kept = git_host.requests.pop(name_of(hosted))
    page = person("owner").open(address_of(experiment))
    models.start(experiment, *models.add("quick"))
    world.until(lambda: not Run.objects.unended().filter(experiment=experiment).exists())
    page.get_by_role("button", name="Open pull request").click()
    failed = page.locator(".request-failed")
    expect(failed).to_contain_text("The pull request was not made.")
    here, found = page.url, {}
    for scheme, size in WINDOWS:
        shown = person("editor", scheme=scheme, size=size).open(address_of(experiment))
        for address in (here, f"{here.partition('/runs/')[0]}/runs/pull-requests/"):
            shown.goto(address)
            expect(shown.locator(".request-failed")).to_be_visible()
            found[f"{address} {scheme} {size[0]}"] = violations(shown)
            assert shown.evaluate(TOO_WIDE) <= 0, size
    assert {where: words for where, words in found.items() if words} == {}

    git_host.requests[name_of(hosted)] = kept
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".request .badge")).to_have_text("Open")
    expect(failed).to_have_count(0)
