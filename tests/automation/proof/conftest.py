"""A project with a script that has run: it proposed, it failed, and it was stopped."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from stages.automation.models import Execution
from stages.automation.services.executions import stop_execution
from tests.automation.executing.conftest import ScriptDesk, desk

__all__ = ["Ran", "desk", "ran"]

ADD = 'print("adding")\ncore.create_entity("contacts", {name = args.who})'


@dataclass(frozen=True)
class Ran:
    desk: ScriptDesk
    proposed: Execution
    failed: Execution
    stopped: Execution


@pytest.fixture
def ran(desk: ScriptDesk) -> Ran:
    proposed = desk.run(ADD, who="Ada")
    failed = desk.run('error("no")')
    saved = desk.save('print("never")')
    desk.switch(saved)
    stopped = desk.start(saved)
    stop_execution(caller=desk.caller, execution_id=stopped.id)
    stopped.refresh_from_db()
    return Ran(desk, proposed, failed, stopped)
