"""Following files through the versions that renamed them: which name a file has in another version.

A version records its renames as new field → old field (`Draft.renamed`). The new name was not in the version before,
and the old name is not in the version itself, so each file has exactly one name in every version that has it.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from drafts.models import Draft
from locking.models import Lease
from projects.fields import FILES
from projects.models import Project


@dataclass(frozen=True, slots=True)
class PastName:
    """A name of a file, from the version that gave it (the first: 1) to the one that gave another, if any."""

    name: str
    since: int
    until: int | None

    def within(self, column: str, before: int) -> Q:
        """Versions with this name, those at most `until` minus `before`."""
        upper = {} if self.until is None else {f"{column}__lte": self.until - before}
        return Q(**{f"{column}__gte": self.since, **upper})


@dataclass(frozen=True, slots=True)
class Renames:
    """The renames of a project, oldest first: version, new field → old field."""

    steps: tuple[tuple[int, Mapping[str, str]], ...] = ()

    @classmethod
    def of_project(cls, project_id: UUID) -> Renames:
        """All renames of a project. One query, of an index that holds renaming versions only."""
        rows = Draft.objects.filter(project_id=project_id, renamed__isnull=False).order_by("version_number")
        return cls(
            tuple((version, renamed or {}) for version, renamed in rows.values_list("version_number", "renamed"))
        )

    def name_in(self, version: int, name: str, *, of: int) -> str:
        """The name in `version` of the file that is called `name` in version `of`; other fields keep theirs."""
        if of <= version:
            for at, renamed in self.steps:
                if of < at <= version:
                    name = next((new for new, old in renamed.items() if old == name), name)
            return name
        for at, renamed in reversed(self.steps):
            if version < at <= of:
                name = renamed.get(name, name)
        return name

    def names_of(self, name: str, *, of: int) -> list[PastName]:
        """Every name that the file called `name` in version `of` ever had, the oldest first.

        A file that was made under a name which another one had given up begins after that rename.
        """
        called, since = name, 1
        for version, renamed in reversed(self.steps):
            if version > of:
                continue
            if called not in renamed and called in renamed.values():
                since = version + 1
                break
            called = renamed.get(called, called)
        found: list[PastName] = []
        for version, renamed in self.steps:
            if version < since:
                continue
            new = next((new for new, old in renamed.items() if old == called), None)
            if new is not None:
                found.append(PastName(called, since, version))
                called, since = new, version
        return [*found, PastName(called, since, None)]

    def other_names(self, names: Iterable[str], *, of: int, version: int) -> dict[str, str]:
        """Those of these names in version `of` that are others in `version`: name → name there."""
        if not self.steps:
            return {}
        named = {name: self.name_in(version, name, of=of) for name in names if name.startswith(FILES)}
        return {name: other for name, other in named.items() if other != name}


def versions_that_changed(name: str, *, project_id: UUID, version: int) -> Q:
    """The versions that changed the field called `name` in `version`, under all names that it had. One query."""
    names = Renames.of_project(project_id).names_of(name, of=version)
    return _any_of(Q(changed_fields__contains=[each.name]) & each.within("version_number", 0) for each in names)


def comments_made_on(name: str, *, project_id: UUID, version: int) -> Q:
    """The threads on the field called `name` in `version`, under all names that it had. One query."""
    names = Renames.of_project(project_id).names_of(name, of=version)
    return _any_of(Q(field=each.name) & each.within("draft__version_number", 1) for each in names)


def _any_of(each: Iterable[Q]) -> Q:
    return functools.reduce(operator.or_, each)


def renames_by_restoring(current: Draft, after: Mapping[str, object], *, version: int) -> dict[str, str]:
    """The renames of a version made after `current` whose fields `after` come from an earlier `version`.

    A file that was renamed in between gets its former name back: it is the same file, and not another one.
    """
    before = current.fields
    gone = [name for name in before if name.startswith(FILES) and name not in after]
    if not gone:
        return {}
    earlier = Renames.of_project(current.project_id).other_names(gone, of=current.version_number, version=version)
    return {other: name for name, other in earlier.items() if other in after and other not in before}


def are_renames(renamed: Mapping[str, str], before: Mapping[str, object], after: Mapping[str, object]) -> bool:
    """Whether these can be the renames, new → old, of a version with the fields `after` that follows `before`."""
    olds = list(renamed.values())
    return (
        bool(renamed)
        and len(set(olds)) == len(olds)
        and all(new in after and new not in before and new.startswith(FILES) for new in renamed)
        and all(old in before and old not in after and old.startswith(FILES) for old in olds)
    )


def names_of_kept(project: Project, leases: Sequence[Lease]) -> dict[UUID, str]:
    """What the fields of leases are called now, by lease: files may have been renamed since. At most two queries."""
    current = project.current_draft
    files = [lease for lease in leases if lease.field.startswith(FILES)]
    renames = Renames.of_project(project.id) if files and current else Renames()
    if current is None or not renames.steps:
        return {lease.lease_id: lease.field for lease in leases}
    numbers = [version for version, _ in renames.steps]
    rows = Draft.objects.filter(project=project, version_number__in=numbers).values_list("version_number", "created_at")
    made = dict(rows)
    return {
        lease.lease_id: renames.name_in(
            current.version_number,
            lease.field,
            of=max((version for version in numbers if made[version] <= lease.started_at), default=0),
        )
        for lease in leases
    }


def base_hash(base: Draft | None, current: Draft, name: str) -> str | None:
    """What an earlier version held in the field called `name` in the current one; a file may have had another name."""
    if base is None:
        return None
    found = base.sha256_of(name)
    if found is not None or not name.startswith(FILES) or current.sha256_of(name) is None:
        return found
    renames = Renames.of_project(current.project_id)
    return base.sha256_of(renames.name_in(base.version_number, name, of=current.version_number))
