"""A site that is revoked loses its link on whichever node has it (case 25)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from accounts.callers import Caller
from foundry_site.launcher.nodes import NodeProcess, running
from projects.models import Project
from stages.replication.admission.services import revoke_site
from tests.gateway.conftest import in_thread
from tests.replication.link.conftest import BASEL
from tests.replication.link.sites import Stranger

SECONDS = 2


async def test_links_of_revoked_sites_end_on_every_node(
    stranger: Stranger,
    project: Project,
    boss: Caller,
    new_code: Callable[[], str],
    process_environment: dict[str, str],
    tmp_path: Path,
) -> None:
    second = NodeProcess({**process_environment, **BASEL}, tmp_path / "second.log")
    revoke = partial(in_thread, revoke_site, caller=boss, project_id=project.id, reason="The laptops were stolen.")
    with running(second):
        other = Stranger(f"ws://127.0.0.1:{second.port}", stranger.to)
        codes = [await in_thread(new_code) for _ in range(2)]
        async with stranger.linked(project.id, codes[0]) as (_, one), other.linked(project.id, codes[1]) as (_, two):
            for site, talk in ((stranger, one), (other, two)):
                await revoke(key=site.key)
                async with asyncio.timeout(SECONDS):
                    assert await talk.closed() == 4403
