"""Events and versions of a scope, read in short queries, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.models import Event
from drafts.models import Draft
from publishing.bundle.scope import Scope

PAGE: Final = 500


def events_of(scope: Scope) -> Iterator[Event]:
    """The chain up to the scope's end."""
    last = 0
    while page := list(Event.objects.chain(scope.chain).filter(seq__gt=last, seq__lte=scope.head.seq)[:PAGE]):
        yield from page
        last = page[-1].seq


def drafts_of(scope: Scope) -> Iterator[Draft]:
    """Every version that the scope's events recorded, the first one first."""
    saved = Event.objects.chain(scope.chain).filter(action="draft.saved", seq__lte=scope.head.seq).last()
    newest = saved.data["version"] if saved else 0
    for low in range(0, newest, PAGE):
        found = Draft.objects.filter(
            project=scope.project, version_number__gt=low, version_number__lte=min(low + PAGE, newest)
        )
        yield from found.select_related("author").order_by("version_number")
