"""Following files through the versions that renamed them: which name a file has in another version.

A version records its renames as new field → old field (`Draft.renamed`). The new name was not in the version before,
and the old name is not in the version itself, so each file has exactly one name in every version that has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, IntegerField, Q, TextField, Value
from django.db.models.expressions import Combinable

from drafts.models import Draft
from locking.models import Lease
from projects.fields import FILES
from projects.models import Project


@dataclass(frozen=True, slots=True)
class Step:
    """The renames of one version, in both directions."""

    version: int
    former: Mapping[str, str]
    """New field → old field, as the version records it."""
    later: Mapping[str, str]
    """Old field → new field."""

    @classmethod
    def of(cls, version: int, renamed: Mapping[str, str]) -> Step:
        return cls(version, renamed, {old: new for new, old in renamed.items()})


@dataclass(frozen=True, slots=True)
class PastName:
    """A name of a file, from the version that gave it (the first: 1) until the next one's."""

    name: str
    since: int


@dataclass(frozen=True, slots=True)
class Renames:
    """The renames of a project, oldest first."""

    steps: tuple[Step, ...] = ()

    @classmethod
    def of_project(cls, project_id: UUID) -> Renames:
        """All renames of a project. One query, of an index that holds renaming versions only."""
        rows = Draft.objects.filter(project_id=project_id, renamed__isnull=False).order_by("version_number")
        return cls(
            tuple(Step.of(number, renamed or {}) for number, renamed in rows.values_list("version_number", "renamed"))
        )

    def name_in(self, version: int, name: str, *, of: int) -> str:
        """The name in `version` of the file that is called `name` in version `of`; other fields keep theirs."""
        if of <= version:
            for step in self.steps:
                if of < step.version <= version:
                    name = step.later.get(name, name)
            return name
        for step in reversed(self.steps):
            if version < step.version <= of:
                name = step.former.get(name, name)
        return name

    def names_of(self, name: str, *, of: int) -> list[PastName]:
        """Every name that the file called `name` in version `of` ever had, the oldest first.

        A file that was made under a name which another one had given up begins after that rename.
        """
        called, since = name, 1
        for step in reversed(self.steps):
            if step.version > of:
                continue
            if called not in step.former and called in step.later:
                since = step.version + 1
                break
            called = step.former.get(called, called)
        found = [PastName(called, since)]
        for step in self.steps:
            new = step.later.get(called) if step.version >= since else None
            if new is not None:
                called = new
                found.append(PastName(called, step.version))
        return found

    def other_names(self, names: Iterable[str], *, of: int, version: int) -> dict[str, str]:
        """Those of these names in version `of` that are others in `version`: name → name there."""
        if not self.steps:
            return {}
        named = {name: self.name_in(version, name, of=of) for name in names if name.startswith(FILES)}
        return {name: other for name, other in named.items() if other != name}


def versions_that_changed(name: str, *, project_id: UUID, version: int) -> Q:
    """The versions that changed the field called `name` in `version`, under all names that it had. One query."""
    names = Renames.of_project(project_id).names_of(name, of=version)
    called = _name_at("version_number", names)
    return Q(changed_fields__contains=[called], version_number__gte=names[0].since)


def comments_made_on(name: str, *, project_id: UUID, version: int) -> Q:
    """The threads on the field called `name` in `version`, under all names that it had. One query."""
    names = Renames.of_project(project_id).names_of(name, of=version)
    return Q(field=_name_at("draft__version_number", names), draft__version_number__gte=names[0].since)


def _name_at(number: str, names: Sequence[PastName]) -> Combinable:
    """The name that a file has in the version whose number is in a column; null before its first one.

    The place of the number among those that gave names is found by bisection: a file may have had a thousand names.
    """
    if len(names) == 1:
        return Value(names[0].name, output_field=TextField())
    given = Value([each.since for each in names], output_field=ArrayField(IntegerField()))
    called = Value([each.name for each in names], output_field=ArrayField(TextField()))
    place = Func(F(number), given, function="width_bucket", output_field=IntegerField())
    return Func(called, place, template="(%(expressions)s]", arg_joiner=")[", output_field=TextField())


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
    numbers = [step.version for step in renames.steps]
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
