"""A script of a module is switched on together with the texts that it may require (ADR 0043)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from kernel.errors import Conflict
from stages.automation.errors import ScriptOff
from stages.automation.executing.scripts import text_digest
from stages.automation.executing.working import run_execution
from stages.automation.facets import SCRIPT, record_id
from stages.automation.models import Execution, Switch
from stages.automation.reading.scripts import scripts_of
from stages.automation.services.scripts import run_script, switch_script
from tests.automation.modules.world import Site, manifest, table

pytestmark = pytest.mark.django_db

TOML = manifest("notes", table("notes", text="text"), '[capabilities]\nwrite = ["notes.*"]', "[scripts.write]")
SOURCE = 'core.create_entity("notes", {text = require("words").hello})\n'
GRANTS = {"write": ["notes.*"]}


def add(site: Site, hello: str, version: str) -> None:
    toml = TOML.replace('version = "1.0.0"', f'version = "{version}"')
    site.add(toml, scripts__write_lua=SOURCE, scripts__lib__words_lua=f'return {{hello = "{hello}"}}\n')


def run(site: Site) -> Execution:
    script: Any = record_id(site.project.id, SCRIPT, "notes/write")
    execution = run_script(caller=site.editor, project_id=site.project.id, script_id=script)
    run_execution(execution.id)
    execution.refresh_from_db()
    return execution


def test_another_library_is_another_text_and_off(site: Site) -> None:
    add(site, "Hello", "1.0.0")
    site.adopt("notes", grants=GRANTS)
    first = run(site)
    assert (first.state, first.error, first.writes) == ("succeeded", "", 1)
    add(site, "Good day", "1.1")
    site.adopt("notes")
    (state,) = scripts_of(site.project.id)
    assert (state.is_on, state.script.source) == (False, SOURCE)
    with pytest.raises(ScriptOff):
        run(site)
    with pytest.raises(Conflict):
        _switch(site, first.sha256)
    _switch(site, state.script.sha256)
    assert run(site).state == "succeeded"


def test_the_hash_of_a_text_is_its_own_where_there_are_no_libraries(site: Site) -> None:
    assert text_digest("x", {}) != text_digest("x", {"words": "0" * 64}) != text_digest("x", {"words": "1" * 64})
    add(site, "Hello", "1.0.0")
    site.adopt("notes", grants=GRANTS)
    (state,) = scripts_of(site.project.id)
    assert Switch.objects.get(kind="script").sha256 == state.script.sha256
    assert state.script.libraries.keys() == {"words"}
    # What people can save themselves names no libraries.
    assert "libraries" not in state.script.settings.to_json()


def _switch(site: Site, sha256: str) -> None:
    script = UUID(record_id(site.project.id, SCRIPT, "notes/write"))
    switch_script(
        caller=site.owner, project_id=site.project.id, script_id=script, sha256=sha256, is_on=True, grants=GRANTS
    )
