"""Writing in pads, and the rest of the project: neither waits for the other. Cursors need no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from accounts.models import User
from drafts.models import Draft
from projects.models import Project
from stages.pads.models import Pad
from stages.pads.services import create_pad
from tests.gateway.client import RefusedError
from tests.gateway.conftest import SocketOf
from tests.pads.live import TextClient
from tests.pads.world import World, edit, text_of
from tests.writers import Writer


@contextmanager
def locked(table: str, key: UUID) -> Iterator[None]:
    """Another connection holds a row, as strictly as can be; whoever waits for it here is refused."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [key])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        try:
            yield
        finally:
            other.rollback()
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")


def test_writing_in_a_pad_waits_for_no_row_of_the_project(committed_world: World):
    world = committed_world
    pad, ed, mara = world.pad(), world.session("ed"), world.session("mara")
    edit(ed, pad, 0, (0, 0, "Exact"))
    with locked("projects_project", world.project.id):
        edit(ed, pad, 1, (5, 0, "!"))
        # Of somebody who has no number there yet.
        edit(mara, pad, 2, (6, 0, "!"))
    assert text_of(pad) == "Exact!!"


def test_a_save_waits_for_no_pad(committed_world: World):
    world = committed_world
    pad, writer = world.pad(), Writer(world.caller("ed"), world.project)
    with locked("pads_pad", pad.id):
        writer.save({"prompt_text": "Be brief."}, writer.take(), base=1)
    assert Draft.objects.of_project(world.project.id).latest("version_number").prompt_text == "Be brief."


def away(*_given: Any, **_facts: Any) -> Any:
    raise psycopg.OperationalError("the database is away")


@pytest.fixture
def pad(committed_db: None, project: Project, owner: User, caller_for: Callable[..., Any]) -> Pad:
    return create_pad(caller=caller_for(owner), project_id=project.id, name="Thoughts")


@pytest.mark.usefixtures("node")
async def test_cursors_move_without_a_database(
    socket_of: SocketOf, pad: Pad, owner: User, editor: User, monkeypatch: pytest.MonkeyPatch
):
    async with socket_of(editor) as one, socket_of(owner) as two:
        first, second = TextClient(one, pad), TextClient(two, pad)
        await first.open()
        await second.open()
        with monkeypatch.context() as without:
            without.setattr(psycopg.Cursor, "execute", away)
            with pytest.raises(RefusedError) as refused:
                await second.edit((0, 0, "x"))
            assert refused.value.code == 503
            await two.call("pad.cursor", pad_id=str(pad.id), revision=0, anchor=0, head=0)
            moved = await one.notification(lambda frame: frame["method"] == "pad.cursors")
        assert [cursor["writer"] for cursor in moved["cursors"]] == [second.writer]
        await second.edit((0, 0, "x"))
        assert second.text == "x"
