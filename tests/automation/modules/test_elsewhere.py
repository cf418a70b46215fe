"""Modules of other sites: adopted where their package is, and in two versions at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from stages.automation.consequences.switched import rules_on
from stages.automation.facets import MODULE, RULE, SCRIPT, record_id
from stages.automation.reading.modules import adopted_modules
from stages.automation.reading.packages import find_module
from stages.automation.reading.rules import rules_of
from stages.automation.reading.scripts import scripts_of
from stages.registers import verbs
from stages.registers.fold.payloads import AttachFacet, CreateEntity, Payload, SetField
from stages.registers.schema import Column
from stages.registers.schema.stored import stored_schema
from stages.registers.services.acting import acts_of
from stages.registers.storing.storage import PostgresStorage
from tests.automation.modules.world import Site, manifest, table
from tests.registers.storing.foreign_site import ForeignSite, take_in

pytestmark = pytest.mark.django_db

SHA256 = "ab" * 32
PARTS = """
[capabilities]
write = ["notes.*"]

[rules.keep]
scope = "notes"
fill = { text = "?" }

[scripts.tidy]
title = "Tidy"
"""


def take(site: Site, basel: ForeignSite, payloads: list[Payload], **facts: Any) -> None:
    bundle = basel.write(payloads, **facts)
    take_in(project_id=site.project.id, bundles=[bundle], certificates=[basel.certificate])


def record(site: Site, facet: str, **values: str) -> list[Payload]:
    entity = record_id(site.project.id, facet, values["name"])
    writes: list[Payload] = [SetField(entity, facet, name, value) for name, value in values.items()]
    return [CreateEntity(entity), AttachFacet(entity, facet), *writes]


def page(site: Site, client: Client, name: str) -> str:
    client.force_login(site.owner.user)
    answer = client.get(f"/projects/{site.project.id}/automation/modules/{name}/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_without_its_package_the_tables_are_shown_and_the_page_says_which_one_to_add(site: Site, client: Client):
    storage = PostgresStorage(site.project.id)
    storage.open()
    tables = verbs.create_table(
        acts_of(site.project.id), stored_schema(storage), "far", columns=[Column("name", title="Name")], title="Far"
    )
    take(site, ForeignSite(site.project.id), [*tables, *record(site, MODULE, name="far", version="2.0", sha256=SHA256)])
    assert "far" in site.schema.tables
    (adopted,) = adopted_modules(site.project.id)
    assert (adopted.name, adopted.version, adopted.module) == ("far", "2.0", None)
    shown = page(site, client, "far")
    for words in ("This module is not at this site", "far 2.0", SHA256, "Ask an administrator", "Leave this module"):
        assert words in shown, words
    assert client.get(f"/projects/{site.project.id}/registers/tables/far/").status_code == 200
    site.leave("far")
    assert adopted_modules(site.project.id) == []
    assert "far" in site.schema.tables


def test_another_site_adopts_and_nothing_is_switched_on_here(site: Site):
    site.add(manifest("notes", table("notes", text="text"), PARTS), scripts__tidy_lua="return 1\n")
    definition = '{"fill":{"text":"?"},"scope":"notes"}'
    package = find_module("notes")
    payloads = [
        *record(site, MODULE, name="notes", version="1.0.0", sha256=package.sha256),
        *record(site, RULE, name="notes/keep", definition=definition, module="notes"),
        *record(site, SCRIPT, name="notes/tidy", source="return 1", module="notes", settings="{}"),
    ]
    take(site, ForeignSite(site.project.id), payloads)
    assert [each.is_on for each in rules_of(site.project.id)] == [False]
    assert [each.is_on for each in scripts_of(site.project.id)] == [False]
    assert adopted_modules(site.project.id)[0].module is not None


def test_where_two_sites_adopted_different_versions_all_is_off_until_an_owner_decides(site: Site, client: Client):
    for version in ("1.0.0", "1.1", "1.2"):
        parts = manifest("notes", table("notes", text="text"), PARTS, version=version)
        site.add(parts, scripts__tidy_lua="return 1\n")
    site.adopt("notes", version="1.0.0", grants={"write": ["notes.*"]})
    seen = PostgresStorage(site.project.id).clock()
    site.adopt("notes", version="1.1")
    assert len(rules_on(site.project.id)) == 1
    assert [each.is_on for each in scripts_of(site.project.id)] == [True]
    entity, other = record_id(site.project.id, MODULE, "notes"), find_module("notes", "1.2")
    payloads: list[Payload] = [
        SetField(entity, MODULE, "version", "1.2"),
        SetField(entity, MODULE, "sha256", other.sha256),
    ]
    take(site, ForeignSite(site.project.id), payloads, seen=seen)
    assert adopted_modules(site.project.id)[0].is_conflicted
    assert rules_on(site.project.id) == []
    assert [each.is_on for each in rules_of(site.project.id)] == [False]
    assert [each.is_on for each in scripts_of(site.project.id)] == [False]
    shown = page(site, client, "notes")
    for words in ("Two sites adopted different versions at once", "Undecided", "Adopt module"):
        assert words in shown, words
    for version in ("1.1", "1.2"):
        assert f"?version={version}" in shown or f"notes {version}" in shown
    decided = "1.1" if adopted_modules(site.project.id)[0].version == "1.1" else "1.2"
    assert site.adopt("notes", version=decided).version == decided
    (adopted,) = adopted_modules(site.project.id)
    assert (adopted.version, adopted.is_conflicted) == (decided, False)
    assert len(rules_on(site.project.id)) == 1
    assert [each.is_on for each in scripts_of(site.project.id)] == [True]
