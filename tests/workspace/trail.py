"""What the tests of the trail's pages ask them, and read there."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from workspace.audit_viewer.exporting import export
from workspace.audit_viewer.query import AuditQuery

LIST = "admin:audit_event_changelist"
PAGES = ("admin:audit_event_changelist", "admin:audit_event_review", "admin:audit_event_held")


def shown(client: Client, **asked: Any) -> str:
    answer = client.get(reverse(LIST), asked)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def numbers(client: Client, **asked: Any) -> list[int]:
    """The numbers of the rows."""
    answer = client.get(reverse(LIST), asked)
    assert answer.status_code == 200
    return [row.event.seq for row in answer.context["rows"]]


def exported(form: str, **asked: Any) -> str:
    return b"".join(export(AuditQuery(**asked), form)).decode()


def marked(text: str) -> set[tuple[str, str]]:
    """What is marked as removed or added: the element's name, and its text."""
    return set(re.findall(r"<(del|ins)\s*>(.*?)</", text))
