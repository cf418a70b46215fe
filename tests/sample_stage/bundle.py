"""What the stage adds to bundles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from publishing.bundle.contents import line
from publishing.bundle.parts import BundlePart, File
from publishing.bundle.rows import facts_of
from publishing.bundle.scope import BundleScope
from tests.sample_stage import bundle_verifier


def _files(scope: BundleScope) -> Iterator[File]:
    yield bundle_verifier.NOTES_FILE, map(line, bundle_verifier.notes_of(facts_of(scope, "note.added")))


BUNDLE_PART: Final = BundlePart(bundle_verifier, _files)
