"""Pages as signed-in people see them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event
from projects.models import Project
from tests.accounts.pages import seem_proven
from tests.proposals.conftest import world  # noqa: F401 (a fixture)
from tests.publishing.conftest import make_review, review  # noqa: F401 (fixtures)
from tests.rest.conftest import people, places  # noqa: F401 (fixtures)
from tests.writers import Writer

PROMPT = "# Role\nYou are the protocol assistant.\n\n# Sources\nAnswer only from the documents.\n"
CONFIGURATION = '{\n  "model": "atlas",\n  "temperature": 0.3\n}\n'

Browser = Callable[[User], Client]


@pytest.fixture
def browser() -> Browser:
    """A browser in which somebody is signed in, and has just proved that it is them."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        seem_proven(client)
        return client

    return sign_in


@pytest.fixture
def writer(project: Project, editor: User, caller_for: Callable[..., Caller]) -> Writer:
    """The editor at work in the project."""
    return Writer(caller_for(editor), project)


@pytest.fixture
def two_versions(writer: Writer) -> Project:
    """v1 has a prompt and a configuration; v2 changed both and added a file."""
    fields = ("prompt_text", "model_configuration", "files/topology.yaml")
    prompt, configuration, topology = (writer.take(field) for field in fields)
    writer.save({"prompt_text": PROMPT, "model_configuration": CONFIGURATION}, prompt, configuration, message="First")
    changes = {
        "prompt_text": PROMPT.replace("protocol", "trial"),
        "model_configuration": CONFIGURATION.replace("0.3", "0.1"),
        "files/topology.yaml": {"language": "yaml", "content": "nodes: []\n"},
    }
    writer.save(changes, prompt, configuration, topology, base=1, message="Cooler answers", release_locks=True)
    return Project.objects.get(pk=writer.project.pk)


@pytest.fixture
def auditor(make_user: Callable[..., User]) -> User:
    return make_user("jonas", is_auditor=True)


@pytest.fixture
def desk(browser: Browser, auditor: User) -> Client:
    """The auditor's browser."""
    return browser(auditor)


@pytest.fixture
def saved(two_versions: Project) -> Event:
    """The event of v2."""
    return Event.objects.of_project(two_versions.id).filter(action="draft.saved").latest("seq")
