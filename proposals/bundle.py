"""What proposals add to bundles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from proposals import bundle_verifier
from proposals.events import EVENTS
from publishing.bundle.contents import line
from publishing.bundle.parts import BundlePart, File
from publishing.bundle.rows import facts_of
from publishing.bundle.scope import BundleScope


def _files(scope: BundleScope) -> Iterator[File]:
    facts = facts_of(scope, *(event.name for event in EVENTS))
    yield bundle_verifier.PROPOSALS_FILE, map(line, bundle_verifier.proposals_of(facts))


BUNDLE_PART: Final = BundlePart(bundle_verifier, _files)
