"""What the fleet adds to bundles: where releases were issued, by whom, and who agreed."""

from __future__ import annotations

from collections.abc import Iterator

from publishing.bundle.contents import line
from publishing.bundle.parts import File
from publishing.bundle.rows import facts_of
from publishing.bundle.scope import BundleScope
from stages.fleet.bundle_verifier import DIRECTIVES_FILE, READ, moves_of


def files_of_directives(scope: BundleScope) -> Iterator[File]:
    """The steps of all directives of the project up to the scope's head.

    A release's own bundle ends with its last signature, so it names directives of releases before it.
    """
    yield DIRECTIVES_FILE, map(line, moves_of(facts_of(scope, *READ)))
