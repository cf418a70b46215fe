"""A database of the last release migrates with its data, and everything that it proved before it proves after."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import global_settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from audit.services import site_id
from drafts.models import Draft
from foundry_site.doctor import catalog
from projects.models import Member, Project
from publishing.models import Release
from tests import databases
from tests.migrations import release
from tests.migrations.rows import Columns, Renamed, columns_now, hashes
from tests.publishing.reviews import Review, caller_of
from tests.writers import Writer

DEMO = "Oncology protocol agent"
# Migrations that rename or rewrite what was there say so here, with the reason. Emptied with every new release.
MOVED = Renamed(
    tables={},
    columns={},
    changed={("django_content_type", "model"): "audit 0010 renames Standing to ChainVerification"},
)
# Tables to which a migration adds rows: Django's own lists.
GROWING = {"django_migrations", "django_content_type", "auth_permission"}


@dataclass(frozen=True)
class Migrated:
    """The columns of the last release, and its rows before and after the migration."""

    columns: Columns
    before: dict[str, Counter[str]]
    after: dict[str, Counter[str]]


@pytest.fixture(scope="module")
def migrated(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Migrated]:
    """The last release's database in one of its own, migrated; Django's connection leads there."""
    # The passwords were hashed as outside of tests.
    settings = {"FOUNDRY_SIGNING_KEY": release.NEXT_KEY, "PASSWORD_HASHERS": global_settings.PASSWORD_HASHERS}
    name = databases.new(template="template0")
    try:
        release.restore(databases.address(name))
        with django_db_blocker.unblock(), override_settings(**settings), databases.connected_to(name):
            _forget()
            yield _migrate()
    finally:
        _forget()
        databases.drop(name)


def _forget() -> None:
    """What this process remembers of a database, it remembers of another one."""
    site_id.cache_clear()
    ContentType.objects.clear_cache()


def _migrate() -> Migrated:
    columns = {
        table: tuple(name for name in names if (table, name) not in MOVED.changed)
        for table, names in columns_now().items()
    }
    before = hashes(columns, table_now=lambda table: table, column_now=lambda _table, name: name)
    call_command("migrate", verbosity=0)
    return Migrated(columns, before, hashes(columns, table_now=MOVED.table, column_now=MOVED.column))


def test_no_row_of_the_last_release_is_lost_or_changed(migrated: Migrated) -> None:
    for table, rows in migrated.before.items():
        after = migrated.after[table]
        assert rows <= after, f"{table}: rows were lost or changed"
        assert table in GROWING or rows == after, f"{table}: rows came from nowhere"


def test_the_last_release_s_database_holds_something_of_everything(migrated: Migrated) -> None:
    """Otherwise the test above would prove nothing of it."""
    empty = {table for table, rows in migrated.before.items() if not rows}
    assert empty == {
        "account_emailaddress",
        "account_emailconfirmation",
        "accounts_user_groups",
        "accounts_user_user_permissions",
        "auth_group",
        "auth_group_permissions",
        "django_admin_log",
        "procrastinate_periodic_defers",
        "procrastinate_workers",
        "socialaccount_socialapp",
        "socialaccount_socialtoken",
    }


def test_what_is_said_to_have_moved_was_there(migrated: Migrated) -> None:
    with_changed = {*columns_of(migrated), *MOVED.changed}
    assert {*MOVED.columns, *MOVED.changed} <= with_changed
    assert MOVED.tables.keys() <= migrated.columns.keys()


def columns_of(migrated: Migrated) -> set[tuple[str, str]]:
    return {(table, name) for table, names in migrated.columns.items() for name in names}


def test_the_migrated_schema_is_what_the_doctor_expects(migrated: Migrated) -> None:
    assert catalog.definitions() == catalog.expected()


def test_the_migrated_trail_is_verified(migrated: Migrated) -> None:
    said = io.StringIO()
    call_command("verify_audit", stdout=said)
    assert "Nothing of that was changed." in said.getvalue()
    assert release.fingerprint(release.NEXT_KEY) in said.getvalue()


def test_every_migrated_project_has_a_bundle_that_is_valid(migrated: Migrated, tmp_path: Path) -> None:
    key = release.fingerprint(release.NEXT_KEY)
    for project in Project.objects.order_by("created_at"):
        path, folder = tmp_path / f"{project.id}.zip", tmp_path / str(project.id)
        call_command("inspection_bundle", project.id, path, stdout=io.StringIO())
        with zipfile.ZipFile(path) as archive:
            archive.extract("verify.py", folder)
        command: list[str | Path] = [sys.executable, "-I", folder / "verify.py", key, path]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout.partition("\n")[0]) == (0, "VALID"), f"{project}: {done.stdout}"


def test_the_migrated_demo_exports_and_its_file_is_verified(migrated: Migrated, tmp_path: Path) -> None:
    path = tmp_path / "demo.jsonl"
    call_command("export_project", DEMO, path, stdout=io.StringIO(), stderr=io.StringIO())
    said = io.StringIO()
    call_command("verify_export", path, stdout=said)
    assert "Agrees with itself" in said.getvalue()


def test_work_goes_on_in_the_migrated_database(migrated: Migrated) -> None:
    """A version is saved, a release that waited for its last signature gets it, and all of it verifies."""
    project = Project.objects.get(name=DEMO)
    owner = Member.objects.select_related("user").get(project=project, role="owner").user
    writer = Writer(caller_of(owner), project)
    current = Draft.objects.of_project(project.id).order_by("-version_number").first()
    assert current is not None
    saved = writer.save({"prompt_text": "# After the migration\n"}, writer.take(), base=current.version_number)
    assert saved.version_number == current.version_number + 1

    waiting = Release.objects.get(name="2.0-rc2")
    approver = Member.objects.select_related("user").get(project=waiting.project, role="owner").user
    Review(waiting.project, {"owner": approver}, writer).sign(waiting, "approved", "owner")
    waiting.refresh_from_db()
    assert waiting.state == "released"

    said = io.StringIO()
    call_command("verify_audit", stdout=said)
    assert "Nothing of that was changed." in said.getvalue()
