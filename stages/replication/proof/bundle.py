"""What replication adds to bundles: the other sites of the project, as its events say."""

from __future__ import annotations

from collections.abc import Iterator

from publishing.bundle.contents import line
from publishing.bundle.parts import File
from publishing.bundle.rows import facts_of
from publishing.bundle.scope import BundleScope
from stages.replication.proof.bundle_verifier import SITES_FILE, SITES_READ, sites_of


def files_of_sites(scope: BundleScope) -> Iterator[File]:
    """The sites up to the scope's head."""
    yield SITES_FILE, map(line, sites_of(facts_of(scope, *SITES_READ)))
