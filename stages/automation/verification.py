"""What `verify_audit` asks of automation, beside the tables that events rebuild (control c02)."""

from __future__ import annotations

from collections.abc import Iterator

from audit.findings import Finding
from stages.automation.proof.executions import check_executions, check_proposals
from stages.automation.proof.modules import check_adopted


def check_records() -> Iterator[Finding]:
    """Check executions, what they proposed, and adopted modules."""
    yield from check_executions()
    yield from check_proposals()
    yield from check_adopted()
