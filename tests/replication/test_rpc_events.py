"""What clients of the engine receive about other sites, at `/ws/rpc/{project_id}/`."""

from __future__ import annotations

from uuid import UUID

import pytest

from accounts.models import User
from projects.models import Project
from stages.replication.choices import ContentKind
from stages.replication.home.live import announce_content, announce_record
from stages.replication.link.live import show
from tests.gateway.client import Client
from tests.gateway.conftest import in_thread, make_token, node, tokens  # noqa: F401 (fixtures)

pytestmark = pytest.mark.usefixtures("node")
KEY, FILE, TEXT = "1a" * 32, "2b" * 32, "3c" * 32


async def test_links_and_files_by_the_names_of_the_engine(
    committed_db: None,
    project: Project,
    viewer: User,
    tokens: dict[UUID, str],  # noqa: F811
) -> None:
    socket = Client(project.id, tokens[viewer.id], path="/ws/rpc/{project}/")
    await socket.connect()
    assert await socket.frame() == {"type": "connected"}
    await in_thread(show, project.id, "sync.connected", site=KEY)
    await in_thread(show, project.id, "sync.progress", site=KEY, remaining=42)
    # The engine knows nothing of the end of a link, of the record of home, nor of its texts.
    await in_thread(announce_record, project.id, 7)
    await in_thread(announce_content, project.id, ContentKind.SHA256.value, TEXT)
    await in_thread(show, project.id, "sync.disconnected", site=KEY)
    await in_thread(announce_content, project.id, ContentKind.BLAKE3.value, FILE)
    assert [await socket.frame() for _each in range(3)] == [
        {"type": "sync_peer_connected", "peer_id": KEY},
        {"type": "sync_progress", "remaining": 42},
        {"type": "blob_available", "hash": FILE},
    ]
    await socket.leave()
