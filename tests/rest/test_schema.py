"""The description of the API in ``docs/openapi.yaml`` is what the code says, and what the code does."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.conf import settings
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.urls import Resolver404, resolve
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.callers import Caller
from accounts.models import User
from drafts.attachments.services import start_upload
from drafts.comments.services import create_comment
from drafts.tasks.services import create_task
from kernel.addresses import is_api_path
from locking.sessions import open_session
from projects.models import Project
from publishing.services import submit_release, withdraw_release
from tests.default_installation import manage
from tests.drafts.attachments.files import attach
from tests.exploring import examples
from tests.rest.client import Api
from tests.rest.rolled_back import rolled_back
from tests.writers import Writer

# A part of a file is sent as any other bytes are.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
schemathesis.serializer.alias("application/zip", "application/octet-stream")

DESCRIPTION = settings.BASE_DIR / "docs" / "openapi.yaml"
_FOUND = schemathesis.openapi.from_path(DESCRIPTION).get_all_operations()
_OPERATIONS = [found.ok() for found in _FOUND]  # type: ignore[union-attr]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FIELDS = ["prompt_text", "model_configuration", "files/a.md"]
# The same in every run, for each operation; an exploration takes many more (`tests/exploring.py`).
EXAMPLES = 10


def is_served(path: str) -> bool:
    """Whether it is the API's, which answers each address, or an address of a stage that is installed."""
    try:
        return is_api_path(path) or bool(resolve(re.sub(r"\{.*?\}", str(UUID(int=0)), path)))
    except Resolver404:
        return False


OPERATIONS = [each for each in _OPERATIONS if is_served(each.path)]


def test_the_description_is_up_to_date(tmp_path: Any) -> None:
    now = tmp_path / "openapi.yaml"
    manage("spectacular", "--validate", "--fail-on-warn", "--file", str(now))
    assert now.read_text() == DESCRIPTION.read_text(), (
        "Run: manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml"
    )


@pytest.fixture
def place(project: Project, owner: User, caller_for: Callable[..., Caller]) -> dict[str, str]:
    """What a request needs in order to get somewhere."""
    caller = caller_for(owner)
    writer = Writer(caller, project)
    writer.save({"prompt_text": "one", "files/a.md": {"content": ""}}, writer.take(), writer.take("files/a.md"))
    session = open_session(caller=caller, project_id=project.id, connected=False).session_id
    comment = create_comment(
        caller=caller, project_id=project.id, version=1, target_field="prompt_text", text="Only one?"
    )
    release = submit_release(caller=caller, project_id=project.id, name="0.9.0", version=1)
    withdraw_release(caller=caller, release_id=release.id, reason="Not yet")
    return {
        "project_id": str(project.id),
        "session_id": str(session),
        "user_id": str(owner.id),
        "version": "1",
        "path": "a.md",
        "comment_id": str(comment.id),
        "attachment_id": str(attach(caller, project, b"%PDF-1.7 a report").id),
        "content_hash": hashlib.sha256(b"%PDF-1.7 a report").hexdigest(),
        "upload_id": str(start_upload(caller=caller, project_id=project.id, size=9).id),
        "task_id": str(create_task(caller=caller, project_id=project.id, text="Name the sources").id),
        "release_id": str(release.id),
    }


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """Requests leave the test's connection open, as Django's own test client has it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.generated
@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_no_request_is_answered_by_a_mistake_or_by_what_is_not_described(
    operation: Any, place: dict[str, str], owner: User
) -> None:
    here = {name: value for name, value in place.items() if f"{{{name}}}" in operation.path}
    application = get_wsgi_application()
    headers = Api(owner).headers

    @given(
        case=st.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE, path_parameters=here),
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE, path_parameters=here),
        ),
        field=st.sampled_from([None, *FIELDS]),
    )
    @hypothesis_settings(
        max_examples=examples(EXAMPLES),
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Case[Any], field: str | None) -> None:
        if field is not None and isinstance(case.body, dict) and "session_id" in case.body:
            case.body["session_id"] = place["session_id"]
            if "field" in case.body:
                case.body["field"] = field
        cache.clear()
        with rolled_back():
            case.call_and_validate(app=application, headers=headers, checks=CHECKS)

    ask()
