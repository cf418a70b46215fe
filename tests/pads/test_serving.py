"""What a node loads, and shows of itself, before anybody has opened a pad there."""

from __future__ import annotations

import re
import subprocess
import sys

from django.conf import settings

from foundry_site.environment import BASE_DIR

CODE = """
import sys, django
django.setup()
import foundry_site.asgi, foundry_site.urls
from prometheus_client import generate_latest
print(generate_latest().decode())
print("loaded", sorted({"pycrdt", "stages.pads.documents"} & set(sys.modules)))
"""


def test_the_figures_are_there_at_0_and_no_library_of_shared_texts(process_environment: dict[str, str]):
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=settings.BASE_DIR,
        env=process_environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("loaded []\n")
    shown = dict(re.findall(r"^(foundry_pad_\S+) (\S+)$", done.stdout, re.MULTILINE))
    for name in (
        "foundry_pad_revisions_total",
        'foundry_pad_refusals_total{code="pad_closed"}',
        "foundry_pad_batch_count",
        "foundry_pad_append_seconds_count",
        "foundry_pad_documents",
        "foundry_pad_document_bytes",
    ):
        assert float(shown[name]) == 0, name


def test_only_documents_hand_bytes_to_pycrdt() -> None:
    """What a client of a pad sends gets there through the reader, which `kernel.crdt.documents` asks first."""
    sources = (path for folder in ("kernel", "stages/pads") for path in (BASE_DIR / folder).rglob("*.py"))
    imported = re.compile(r"^\s*(import|from) pycrdt\b", re.MULTILINE)
    found = {str(path.relative_to(BASE_DIR)) for path in sources if imported.search(path.read_text())}
    assert found == {"kernel/crdt/documents.py", "kernel/crdt/observers.py"}
