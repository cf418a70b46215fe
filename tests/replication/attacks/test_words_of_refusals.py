"""The log says what is wrong: a database that is older than what this site has written is not one that is away."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import RequestFactory
from rest_framework.request import Request

from rest.errors import handle_exception
from stages.replication.ingest.mark import CatchingUp

pytestmark = pytest.mark.django_db


def logged(caplog: pytest.LogCaptureFixture, error: Exception) -> str:
    caplog.clear()
    assert handle_exception(error, {"request": Request(RequestFactory().post("/api/v1/x/"))}).status_code == 503
    return caplog.messages[-1]


def test_a_site_that_catches_up_is_logged_with_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    words = "This site was restored from a backup: it has written 5 bundles, and 3 are here."
    assert logged(caplog, CatchingUp(words, retry_after=10)) == f"/api/v1/x/: catching_up: {words}"
    assert logged(caplog, OperationalError("no route")) == "/api/v1/x/: OperationalError is away: no route"
