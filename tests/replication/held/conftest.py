"""The world of ingest."""

from tests.replication.ingest.conftest import ann, basel

__all__ = ["ann", "basel"]
