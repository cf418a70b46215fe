"""`python -m tests.migrations.make_release`: keep a database of this version as the last release's.

Run once for each release, on the commit that is released: see `last_release/README.md`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from foundry_site.embedded import addresses, postgres, valkey
from tests.migrations import release


def main() -> None:
    # Not in the checkout: its services must be none that somebody works with.
    folder = Path(tempfile.mkdtemp(prefix="foundry-release-"))
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "foundry_site.settings",
        "DATABASE_URL": addresses.database_url(folder),
        "REDIS_URL": addresses.redis_url(folder),
        "FOUNDRY_DATA_DIR": str(folder),
        "FOUNDRY_SIGNING_KEY": release.FIRST_KEY,
    }
    try:
        postgres.start(folder, durable=False)
        valkey.start(folder)
        _make(folder)
    finally:
        postgres.stop(folder)
        valkey.stop(folder)
        shutil.rmtree(folder)


def _make(folder: Path) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    # The pages are used by Django's test client.
    setup_test_environment()
    call_command("migrate", verbosity=0)
    call_command("make_demo", verbosity=0)
    _fill(folder)
    call_command("verify_audit")
    _close()
    release.dump(addresses.database_url(folder))
    from tests.migrations.recorded import spelled, texts_now

    release.MIGRATIONS.write_text(spelled(texts_now()))
    print(f"{release.DATABASE.stat().st_size} bytes in {release.DATABASE}")  # noqa: T201


def _fill(folder: Path) -> None:
    from django.test import override_settings

    from projects.models import Project
    from tests.audit.authority import Authority
    from tests.migrations.release_site import ReleaseSite
    from tests.proof.world import make_world

    demo = Project.objects.get().id
    authority, roots = Authority(), folder / "roots.pem"
    roots.write_bytes(authority.root_pem)
    with (
        authority.serving() as address,
        override_settings(
            FOUNDRY_TIMESTAMP_URL=address,
            FOUNDRY_TIMESTAMP_ROOTS=str(roots),
            FOUNDRY_OUTBOUND_HOSTS=frozenset({"127.0.0.1"}),
        ),
    ):
        ReleaseSite(make_world(), demo, folder).fill()


def _close() -> None:
    from django.db import connection

    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's backend has one


if __name__ == "__main__":
    main()
