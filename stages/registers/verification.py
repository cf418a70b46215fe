"""What `verify_audit` asks of registers (control c02)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from audit.findings import Finding
from audit.models import Event
from stages.registers.models import Bundle
from stages.registers.proof.derived import faults_in_derived
from stages.registers.proof.duplicates import faults_in_duplicates
from stages.registers.proof.keys import check_keys
from stages.registers.proof.log import faults_in_log
from stages.registers.recorded import RECORDING


def check_records() -> Iterator[Finding]:
    """Check all keys, and the registers of every project: what was signed, then what follows from it."""
    yield from check_keys()
    for project_id in sorted(_projects(), key=str):
        yield from check_project(project_id)


def check_project(project_id: UUID) -> Iterator[Finding]:
    """Check the registers of one project. What follows from operations is asked where all of them are whole."""
    chain, whole = str(project_id), True
    for bundle_id, fault in faults_in_log(project_id):
        whole = False
        yield Finding(f"bundle {bundle_id}", fault, chain)
    if whole:
        faults = (*faults_in_derived(project_id), *faults_in_duplicates(project_id))
        yield from (Finding(f"registers of {project_id}", fault, chain) for fault in faults)


def _projects() -> set[UUID]:
    stored = set(Bundle.objects.order_by().values_list("project_id", flat=True).distinct())
    recorded = Event.objects.filter(action__in=RECORDING).order_by().values_list("chain", flat=True).distinct()
    return stored | {UUID(each) for each in recorded}
