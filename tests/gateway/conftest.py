"""A running node in the test's event loop, people with tokens, and their sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar
from uuid import UUID

import pytest
from channels.db import database_sync_to_async

from accounts.callers import Caller
from accounts.models import User
from accounts.services import create_token
from gateway.connection import Connection
from gateway.node import Node, current_node, stop_current_node
from projects.models import Project
from tests.gateway.client import Client

Result = TypeVar("Result")
SocketOf = Callable[..., Client]


async def in_thread(function: Callable[..., Result], *args: Any, **facts: Any) -> Result:
    """Run something that uses the database; its connection goes back to the pool."""
    result: Result = await database_sync_to_async(function, thread_sensitive=False)(*args, **facts)
    return result


def connections(node: Node) -> list[Connection]:
    """The sockets of projects that are open here."""
    return [each for each in node.connections if isinstance(each, Connection)]


def followed(node: Node) -> list[str]:
    """The topics of projects that are followed here for sockets; a node itself may follow others for stages."""
    return [topic for topic in node.hub.topics if topic.startswith("project.")]


@pytest.fixture
async def node(committed_db: None) -> AsyncIterator[Node]:
    """This process's node."""
    node = await current_node()
    yield node
    await stop_current_node()


@pytest.fixture
def make_token(caller_for: Callable[..., Caller]) -> Callable[[User], str]:
    """Make a personal access token for a user."""

    def make(user: User) -> str:
        return create_token(caller=caller_for(user), name="test")[1]

    return make


@pytest.fixture
def tokens(
    committed_db: None,
    owner: User,
    editor: User,
    reviewer: User,
    viewer: User,
    outsider: User,
    make_token: Callable[[User], str],
) -> dict[UUID, str]:
    """A personal access token of everybody, by user id."""
    return {user.id: make_token(user) for user in (owner, editor, reviewer, viewer, outsider)}


@pytest.fixture
def socket_of(project: Project, tokens: dict[UUID, str]) -> Callable[..., Client]:
    """A socket of a user in the project; open it with `async with`."""

    def make(user: User, **query: Any) -> Client:
        return Client(project.id, tokens[user.id], **query)

    return make


@pytest.fixture
def administrator(make_user: Callable[..., User]) -> User:
    return make_user("administrator", is_administrator=True)
