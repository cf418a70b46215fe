"""What stages add to bundles (docs/adr/0008): files, and the code that checks them without Foundry.

    BUNDLE_PARTS.register("runs", BundlePart(bundle_verifier, files_of_runs))

`bundle_verifier` is a module of the stage that calls `publishing.bundle.verifier.parts.add_part` with a part of the
same name. It becomes a piece of `verify.py`: it imports the standard library and the verifier's own modules only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Final

from audit.models import Event
from kernel.registry import Registry
from publishing.bundle.verifier.parts import PARTS

if TYPE_CHECKING:
    from publishing.bundle.scope import BundleScope

File = tuple[str, Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class BundlePart:
    """`files` yields the part's files by path, made from events up to the scope's head and data proven by their hashes.

    The same scope must always give the same bytes. No resource may stay open between two yielded pieces.
    """

    verifier: ModuleType
    files: Callable[[BundleScope], Iterator[File]]


BUNDLE_PARTS: Final = Registry[BundlePart]("part of a bundle")


def parts_of(chain: str, last: int) -> tuple[str, ...]:
    """The names of the parts that the events of a chain up to number `last` require."""
    wanted = {name: PARTS[name].actions for name in BUNDLE_PARTS}
    if not wanted:
        return ()
    events = Event.objects.filter(chain=chain, seq__lte=last, action__in=frozenset().union(*wanted.values()))
    found = set(events.order_by().values_list("action", flat=True).distinct())
    return tuple(sorted(name for name, actions in wanted.items() if actions & found))


def part_files(scope: BundleScope) -> Iterator[File]:
    """The files of every part of the scope. Raises `ValueError` for a file outside the folders of its part."""
    for name in scope.parts:
        for path, pieces in BUNDLE_PARTS[name].files(scope):
            if path.partition("/")[0] not in PARTS[name].folders:
                raise ValueError(f"the part {name} cannot write {path}")
            yield path, pieces
