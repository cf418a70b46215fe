"""Who has which views of a project, and what a view lacks."""

from __future__ import annotations

import pytest

from accounts.models import User
from stages.automation.reading.modules import adopted_modules
from stages.automation.reading.views import ProjectView, views_of
from stages.automation.services.packages import install_module
from stages.registers.reading.reader import Reader
from stages.registers.services.tables import create_table, remove_column
from tests.automation.modules.world import Site
from tests.rest.client import Api

pytestmark = pytest.mark.django_db


def _views(site: Site, user: User) -> dict[str, ProjectView]:
    reader = Reader(site.project.id)
    return {each.key: each for each in views_of(reader.schema, adopted_modules(site.project.id), user)}


def test_the_views_of_an_adopted_module_are_there_for_everybody(site: Site):
    site.adopt("models")
    assert _views(site, site.editor.user).keys() == {"views/models/models", "views/models/status"}
    assert all(each.is_adopted and not each.missing for each in _views(site, site.owner.user).values())


def test_an_installed_module_shows_its_views_to_who_installed_it_where_the_tables_are(site: Site):
    install_module(caller=site.editor, name="models")
    assert _views(site, site.editor.user) == {}
    columns = [{"name": "name", "type": "text"}, {"name": "status", "type": "text"}]
    create_table(caller=site.owner, project_id=site.project.id, table="models", columns=columns)
    mine = _views(site, site.editor.user)
    assert not mine["views/models/status"].is_adopted
    assert mine["views/models/status"].missing == (
        "The table “models” has no column “owner”.",
        "The column “status” has no options to group by.",
    )
    assert _views(site, site.owner.user) == {}


def test_a_view_says_what_was_taken_from_under_it(site: Site):
    site.adopt("production")
    remove_column(caller=site.owner, project_id=site.project.id, table="cast", column="role")
    missing = {key: each.missing for key, each in _views(site, site.owner.user).items() if each.missing}
    assert missing == {"views/production/cast": ("The table “Cast” has no column “role”.",)}


def test_a_left_module_shows_no_views(site: Site):
    site.adopt("models")
    site.leave("models")
    assert _views(site, site.owner.user) == {}


def test_the_adopted_version_shows_whatever_somebody_installed(site: Site):
    toml = '[module]\nname = "papers"\nversion = "{}"\n[tables.papers]\ncolumns.a = {{type = "text"}}\n[views.{}]\n'
    kind = 'kind = "grid"\ntable = "papers"\n'
    for version, view in (("1.0.0", "old"), ("2.0.0", "new")):
        site.add(toml.format(version, view) + kind)
    site.adopt("papers", version="1.0.0")
    install_module(caller=site.editor, name="papers", version="2.0.0")
    assert _views(site, site.editor.user).keys() == {"views/papers/old"}


def test_rest_lists_the_views_with_what_they_show(site: Site):
    site.adopt("models")
    remove_column(caller=site.owner, project_id=site.project.id, table="models", column="review_on")
    listed = Api(site.editor.user).get(f"projects/{site.project.id}/views/").json()["results"]
    assert [(each["name"], each["kind"], each["table"], each["adopted"]) for each in listed] == [
        ("models", "grid", "models", True),
        ("status", "board", "models", True),
    ]
    assert listed[0]["missing"] == ["The table “Models” has no column “review_on”."]
    assert (listed[1]["group_by"], listed[1]["columns"]) == ("status", ["name", "owner"])
    assert listed[1]["address"].endswith("/automation/views/models/status/")
