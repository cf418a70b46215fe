"""One hash of all that an execution came to, which the event of its end has."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from audit.keys.text import rfc3339
from kernel.canonical import canonical
from stages.automation.models import Execution

# The event has its own time, and is of a project's chain; a hash covers none of these.
_BESIDE: Final = frozenset({"id", "project_id", "ended_at"})


def record_sha256(execution: Execution) -> str:
    """The SHA-256 of the canonical text of an execution's columns, but for those that the event itself is about."""
    fields = execution._meta.concrete_fields  # noqa: SLF001 - documented
    values = {each.attname: _spell(getattr(execution, each.attname)) for each in fields if each.attname not in _BESIDE}
    return hashlib.sha256(canonical(values).encode()).hexdigest()


def _spell(value: Any) -> Any:
    if isinstance(value, datetime):
        return rfc3339(value)
    return str(value) if isinstance(value, UUID | str) else value
