"""What leaves the machine: hashes, and of what the mode `temporary` allows the altered text; never a line outside."""

from __future__ import annotations

import json

import pytest

from tests.station.rig import Rig
from tests.station.server import until
from tests.station.working import connected

OWN = b"What the person wrote for themselves.\n"
ALTERED = b"An altered text.\n"
REPORTS = {"block": "change_blocked", "warning": "change_flagged", "temporary": "change_detected"}


@pytest.mark.parametrize("mode", REPORTS)
async def test_texts_outside_the_section_never_leave_the_machine(rig: Rig, mode: str) -> None:
    rig.file.write_bytes(OWN)
    directive = rig.site.directive(mode=mode)
    async with connected(rig) as (server, _):
        await server.issue(1, directive)
        await until(lambda: server.state_of(directive) == "in_place", "in place")
        rig.file.write_bytes(rig.file.read_bytes().replace(b"Never.\n", ALTERED) + OWN)
        await until(lambda: REPORTS[mode] in server.kinds(), "reported")
        # A damaged section, too: what is behind a begin without its end is somebody's own.
        rig.file.write_bytes(rig.file.read_bytes().replace(b"<!-- END FOUNDRY -->\n", b""))
        if mode == "block":
            await until(lambda: server.kinds().count("change_blocked") == 2, "repaired")
        await until(lambda: rig.engine.enforcer.reports.count_unsent() == 0, "all is sent")
        sent = json.dumps(server.calls)
    assert OWN.decode().strip() not in sent
    assert (ALTERED.decode().strip() in sent) == (mode == "temporary")
    assert set(server.texts.values()) == ({ALTERED.decode()} if mode == "temporary" else set())
