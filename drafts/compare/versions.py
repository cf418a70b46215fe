"""Compares two versions of a project; the only module of this package that reads the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from blobs.models import Blob
from drafts.compare.admission import admitted
from drafts.compare.budget import ROWS, Budget
from drafts.compare.comparison import Comparison
from drafts.compare.documents import DocumentDifference
from drafts.compare.fields import FieldDifference, Outcome, compare_field
from drafts.compare.renames import renamed_files
from drafts.compare.text import TextDifference, unread_difference
from drafts.models import Draft, FieldContent
from drafts.renames import Renames
from kernel.errors import NotFound
from projects.fields import CONFIGURATION, FILES, PROMPT, check_field_name

# Bytes of text that one comparison reads; further files of a large version have to be compared one by one.
MAX_READ: Final = 16 * 1024 * 1024

FieldContents = dict[str, FieldContent]

NO_RENAMES: Final[Mapping[str, str]] = MappingProxyType({})


def compare_drafts(
    base: Draft | None,
    target: Draft,
    field: str | None = None,
    *,
    reader: UUID | None = None,
    rows: int = ROWS,
    after: int = 0,
) -> Comparison:
    """Compare two versions that the caller may read, in one query; None is an empty version.

    With `field`, compare only that field (a renamed file by its old or its new name). At most `rows` lines and values
    are returned; of a single field, the first `after` are left out. `reader` is the person for whom large texts are
    compared one at a time. Raises `ValidationFailed` for an invalid field name, `NotFound` for a field that neither
    version has, `RateLimited` if too many comparisons of large texts are waiting.
    """
    old, new = base.fields if base else {}, target.fields
    recorded = _recorded_renames(base, target)
    return compare_contents(old, new, field, recorded=recorded, reader=reader, rows=rows, after=after)


def compare_contents(
    old: FieldContents,
    new: FieldContents,
    field: str | None = None,
    *,
    recorded: Mapping[str, str] = NO_RENAMES,
    reader: UUID | None = None,
    rows: int = ROWS,
    after: int = 0,
) -> Comparison:
    """As `compare_drafts`, of contents that need not be those of versions. `recorded` renames: new name → old name."""
    if field is not None and check_field_name(field) not in old.keys() | new.keys():
        raise NotFound(_("Neither version has {field}.").format(field=field))
    versions = _Versions(old, new, Budget(rows=rows, skip=after if field else 0), dict(recorded))
    versions.read(versions.affordable(versions.needed(field)))
    with admitted(reader, sum(map(len, versions.texts.values()))):
        return _compare(versions, field)


def _recorded_renames(base: Draft | None, target: Draft) -> dict[str, str]:
    """New name → old name of the files that versions in between renamed. At most one query."""
    added = target.fields.keys() - base.fields.keys() if base else set()
    if base is None or not added or not base.fields.keys() - target.fields.keys():
        return {}
    steps = Renames.of_project(target.project_id)
    found = steps.other_names(added, of=target.version_number, version=base.version_number)
    return {name: old for name, old in found.items() if old in base.fields and old not in target.fields}


def _compare(versions: _Versions, field: str | None) -> Comparison:
    old, new = versions.old, versions.new
    renames = versions.renames()
    compared = [
        versions.compare(name, renames.get(name))
        for name in sorted(versions.differing - set(renames.values()), key=_in_order)
        if field is None or field in {name, renames.get(name)}
    ]
    same = [name for name in old.keys() & new.keys() if field in {None, name} and name not in versions.differing]
    coarse = versions.budget.coarse or any(each.difference.coarse for each in compared)
    return Comparison(tuple(compared), tuple(sorted(same, key=_in_order)), coarse)


@dataclass(slots=True)
class _Versions:
    """The fields of two versions, and the texts that are compared."""

    old: FieldContents
    new: FieldContents
    budget: Budget
    # Renames that the versions record; others are found by the files' contents.
    recorded: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def differing(self) -> set[str]:
        """The fields that differ in what the content hash covers."""
        return {
            name for name in self.old.keys() | self.new.keys() if _hashed(self.old, name) != _hashed(self.new, name)
        }

    def needed(self, only: str | None) -> set[str]:
        """The fields whose texts are read: all that differ, or one, with the files that it may be a rename of."""
        if only is None:
            return self.differing
        files = self.differing - (self.old.keys() & self.new.keys()) if only.startswith(FILES) else set()
        return {name for name in self.differing if name == only or (name in files and name.startswith(FILES))}

    def affordable(self, names: set[str]) -> set[str]:
        """The first fields that fit into the limit of one comparison; at least one."""
        read = 0
        found: set[str] = set()
        for name in sorted(names, key=_in_order):
            read += sum(side[name].size for side in (self.old, self.new) if name in side)
            if read <= MAX_READ or not found:
                found.add(name)
        return found

    def read(self, names: set[str]) -> None:
        """Read the texts, in one query."""
        hashes = {side[name].sha256 for side in (self.old, self.new) for name in names if name in side}
        if hashes:
            self.texts = {blob.sha256: blob.text for blob in Blob.objects.filter(sha256__in=hashes)}

    def renames(self) -> dict[str, str]:
        """New name → old name: recorded, or found among the files whose texts were read."""
        known = self.recorded.keys() | self.recorded.values()
        removed = {name: each.sha256 for name, each in self.old.items() if name not in self.new.keys() | known}
        added = {name: each.sha256 for name, each in self.new.items() if name not in self.old.keys() | known}
        sides = [
            {name: digest for name, digest in side.items() if name.startswith(FILES) and digest in self.texts}
            for side in (removed, added)
        ]
        return self.recorded | renamed_files(sides[0], sides[1], self.texts.__getitem__, self.budget)

    def compare(self, name: str, source: str | None) -> FieldDifference:
        """One field, under its new name where it was renamed."""
        old, new = self.old.get(source or name), self.new.get(name)
        change: Outcome = "changed" if source is None else "renamed"
        languages = media_types = None
        if old is None or new is None:
            change = "added" if old is None else "removed"
        else:
            languages = (old.language, new.language) if old.language != new.language else None
            media_types = (old.media_type, new.media_type) if old.media_type != new.media_type else None
        difference: TextDifference | DocumentDifference = unread_difference()
        same_values = False
        if all(each is None or each.sha256 in self.texts for each in (old, new)):
            difference, same_values = compare_field(name, self._text(old), self._text(new), self.budget)
        return FieldDifference(name, change, difference, source, languages, media_types, same_values)

    def _text(self, content: FieldContent | None) -> str | None:
        return None if content is None else self.texts[content.sha256]


def _hashed(contents: FieldContents, name: str) -> dict[str, str | None] | None:
    return contents[name].hashed() if name in contents else None


def _in_order(name: str) -> tuple[bool, bool, str]:
    return name != PROMPT, name != CONFIGURATION, name
