"""Two people with a session each, and what stands in Redis about their fields."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django_redis import get_redis_connection

from tests.writers import Writer


@pytest.fixture
def mara(project, owner, caller_for) -> Writer:
    return Writer(caller_for(owner), project)


@pytest.fixture
def daniel(project, editor, caller_for) -> Writer:
    return Writer(caller_for(editor), project)


@pytest.fixture
def after_commit(django_capture_on_commit_callbacks):
    """Nothing commits in these tests: what follows a commit is run at the end of each block that asks for it."""
    return django_capture_on_commit_callbacks


@pytest.fixture
def stored(project) -> Callable[..., dict[str, str] | None]:
    """What stands under a field's key."""

    def read(field: str = "prompt_text") -> dict[str, str] | None:
        value = get_redis_connection("locks").get(f"lock:project:{project.id}:field:{field}")
        return None if value is None else json.loads(value)

    return read


@pytest.fixture
def forget(project) -> Callable[..., None]:
    """What Redis does when a TTL runs out."""

    def delete(field: str = "prompt_text") -> None:
        get_redis_connection("locks").delete(f"lock:project:{project.id}:field:{field}")

    return delete
