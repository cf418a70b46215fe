"""What scripts and people write is text on every page of scripts and executions, never markup."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from accounts.models import User
from stages.automation.executing.working import run_execution
from stages.automation.services.scripts import run_script, save_script, switch_script
from tests.automation.executing.conftest import ScriptDesk, desk  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db

HOSTILE = "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>"
SOURCE = f"""
log.info([==[{HOSTILE}]==])
core.progress(1, 2, [==[{HOSTILE}]==])
core.create_entity("contacts", {{name = [==[{HOSTILE}]==]}}, {{why = [==[{HOSTILE}]==]}})
core.set_text("files/notes.md", [==[{HOSTILE}]==], {{why = [==[{HOSTILE}]==]}})
if args.which then error([==[{HOSTILE}]==]) end
"""
SETTINGS: dict[str, Any] = {
    "args": [{"name": "which", "title": HOSTILE, "options": [HOSTILE]}],
    "capabilities": {"read": [HOSTILE]},
}


@pytest.mark.parametrize("args", [{}, {"which": HOSTILE}])
def test_nothing_that_is_written_becomes_markup(desk: ScriptDesk, owner: User, args: dict[str, str]) -> None:  # noqa: F811
    project = desk.project.id
    saved = save_script(
        caller=desk.caller, project_id=project, name="hostile", title=HOSTILE, source=SOURCE, settings=SETTINGS
    )
    script = UUID(saved.script_id)
    switch_script(
        caller=desk.owner,
        project_id=project,
        script_id=script,
        sha256=saved.sha256,
        is_on=True,
        grants={"write": ["contacts", "field:*"]},
        reason=HOSTILE,
    )
    execution = run_script(caller=desk.caller, project_id=project, script_id=script, args=args)
    run_execution(execution.id)
    execution.refresh_from_db()
    assert execution.state == ("failed" if args else "succeeded"), execution.error
    for user in (owner, desk.caller.user):
        browser = Client()
        browser.force_login(user)
        for path in (
            *("executions/", f"executions/{execution.id}/"),
            *(f"scripts/{script}/{each}" for each in ("", "run/", "texts/", "ask/", "switch/")),
        ):
            text = browser.get(f"/projects/{project}/automation/{path}").content.decode()
            assert "<img src=x" not in text, path
            assert "<script>alert" not in text, path
