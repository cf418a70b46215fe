"""A project that a hostile site takes part in."""

from __future__ import annotations

from tests.replication.home.conftest import copied, recorded
from tests.replication.ingest.conftest import ann, basel
from tests.replication.link.conftest import boss, new_code, node, server, stranger

__all__ = ["ann", "basel", "boss", "copied", "new_code", "node", "recorded", "server", "stranger"]
