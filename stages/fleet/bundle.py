"""What the fleet adds to bundles: where releases were issued, who agreed, and the editions that brought them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from publishing.bundle.contents import line
from publishing.bundle.parts import File
from publishing.bundle.rows import facts_of
from publishing.bundle.scope import BundleScope
from stages.fleet.bundle_verifier import DIRECTIVES_FILE, EDITIONS_FILE, READ, entries_of, moves_of
from stages.fleet.models import Edition

# Editions that are read at once; each has at most 1 MiB.
_AT_ONCE: Final = 20


def files_of_directives(scope: BundleScope) -> Iterator[File]:
    """The steps of all directives of the project up to the scope's head, and of a whole project their editions.

    A release's own bundle ends with its last signature, so it names directives of releases before it.
    """
    moves = moves_of(facts_of(scope, *READ))
    yield DIRECTIVES_FILE, map(line, moves)
    if scope.release is None:
        steps = Counter(move["team"]["id"] for move in moves)
        yield EDITIONS_FILE, map(line, _editions(str(scope.project.id), steps))


def _editions(project: str, steps: Counter[str]) -> Iterator[dict[str, Any]]:
    """Of each team the editions that changed what it obeys of the project: one for each step, in their order."""
    for team, expected in sorted(steps.items()):
        number, before, found = 0, dict[str, Any](), 0
        while found < expected and (page := _page(team, number)):
            for edition in page:
                number, statement = edition.number, edition.statement
                # The order is the team's, and the project's name its own.
                now = {each["id"]: {**each, "project": None} for each in entries_of(statement, project)}
                if now != before and found < expected:
                    found += 1
                    yield _line(edition, is_mixed=len(now) < len(statement["directives"]))
                before = now


def _page(team: str, after: int) -> list[Edition]:
    return list(Edition.objects.filter(team=UUID(team), number__gt=after).order_by("number")[:_AT_ONCE])


def _line(edition: Edition, *, is_mixed: bool) -> dict[str, Any]:
    """An edition; without its text where that names directives of other projects, of which a bundle says nothing."""
    return {
        "team": str(edition.team_id),
        "number": edition.number,
        "sha256": edition.sha256,
        "key": edition.key_id,
        "seal": bytes(edition.seal).hex(),
        "text": None if is_mixed else edition.text,
    }
