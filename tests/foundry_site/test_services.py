"""The services that the tests themselves stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.db import connection
from django_redis import get_redis_connection

if TYPE_CHECKING:
    from projects.models import Project


@pytest.mark.django_db
def test_it_speaks_to_a_real_postgres_with_limits() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('server_version_num')::int")
        lock_timeout, version = cursor.fetchone()
    assert (lock_timeout, version >= 160000) == ("5s", True)


def test_clearing_the_cache_spares_the_locks() -> None:
    locks = get_redis_connection("locks")
    locks.set("kept", "1", px=60_000)
    cache.set("gone", "1")
    cache.clear()
    assert (locks.get("kept"), cache.get("gone")) == (b"1", None)


@pytest.mark.django_db
def test_the_personas_have_their_roles(project: Project) -> None:
    assert sorted(project.members.values_list("role", flat=True)) == ["editor", "owner", "reviewer", "viewer"]
