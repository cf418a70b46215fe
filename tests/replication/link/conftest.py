"""A site that runs, and one that dials it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import pytest

from accounts.callers import Caller
from accounts.models import User
from foundry_site.launcher.nodes import NodeProcess, running
from projects.models import Project
from stages.replication.admission.invitations import read_invitation
from stages.replication.admission.services import invite_site
from stages.replication.link.proofs import own_signer
from stages.replication.link.tries import forget_tries
from tests.replication.link.sites import Stranger

BASEL: Final = {"FOUNDRY_SITE_NAME": "Basel", "FOUNDRY_SITES_URL": "ws://127.0.0.1:1"}


@pytest.fixture(scope="module")
def node(process_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeProcess]:
    """A node in a process of its own, for all tests of a file."""
    node = NodeProcess({**process_environment, **BASEL}, tmp_path_factory.mktemp("basel") / "node.log")
    with running(node):
        yield node


@pytest.fixture
def server(committed_db: None, node: NodeProcess) -> Iterator[NodeProcess]:
    """The node, with no tries counted."""
    forget_tries("127.0.0.1")
    yield node
    forget_tries("127.0.0.1")


@pytest.fixture
def stranger(server: NodeProcess) -> Stranger:
    """A site that nobody knows, and that dials the server."""
    return Stranger(f"ws://127.0.0.1:{server.port}", own_signer().key)


@pytest.fixture
def boss(owner: User, caller_for: Callable[..., Caller]) -> Caller:
    return caller_for(owner)


@pytest.fixture
def new_code(project: Project, boss: Caller) -> Callable[[], str]:
    """Make an invitation; its code."""

    def make() -> str:
        text = invite_site(caller=boss, project_id=project.id, rights="writes", copies=False).text
        return read_invitation(text).code

    return make
