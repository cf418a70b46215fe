"""What automation adds to bundles: the table of links of each release that passed the gate of traceability."""

from __future__ import annotations

from collections.abc import Iterator

from audit.models import Event
from drafts.models import Draft
from publishing.bundle.parts import File
from publishing.bundle.rows import events_of
from publishing.bundle.scope import BundleScope
from stages.automation.traceability.bundle_verifier import GATE_NAME, RELEASED, trace_path
from stages.automation.traceability.report import report_of
from stages.automation.traceability.sources import AsOf


def files_of_traceability(scope: BundleScope) -> Iterator[File]:
    """A table for each release up to the scope's head whose gates recorded one; of one release only its own."""
    for event in events_of(scope, RELEASED):
        facts = event.data.get("gates", {})
        if GATE_NAME not in facts or (scope.release is not None and event.target_id != str(scope.release.id)):
            continue
        yield trace_path(event.target_id), _table(scope, event)


def _table(scope: BundleScope, event: Event) -> Iterator[bytes]:
    """The table as it was when the version was released."""
    gates = event.data["gates"]
    draft = Draft.objects.get(project=scope.project, version_number=event.data["version"])
    source = AsOf(scope.project.id, gates.get("registers", {}).get("clock", {}))
    yield report_of(source, draft).as_csv()
