"""What the page of all modules shows, module by module."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from django.db.models import Count
from django.utils.translation import ngettext

from accounts.models import User
from stages.automation.facets import MODULE
from stages.automation.models import Installation
from stages.automation.reading.modules import installed_versions
from stages.automation.reading.packages import Module, modules
from stages.registers.models import Row


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version at this site. `projects` and `people` use it; None where the reader is not shown how many."""

    version: str
    sha256: str
    is_shipped: bool
    added_by: str
    added_at: datetime | None
    projects: int | None = None
    people: int | None = None

    @property
    def use(self) -> str:
        """Who uses it, in words; empty for nobody."""
        words = []
        if self.projects:
            words.append(ngettext("%(n)s project", "%(n)s projects", self.projects) % {"n": self.projects})
        if self.people:
            words.append(ngettext("%(n)s person", "%(n)s people", self.people) % {"n": self.people})
        return ", ".join(words)


@dataclass(frozen=True, slots=True)
class PackageRow:
    """A module with its versions, the newest first. `installed` is the version whose views the reader uses."""

    name: str
    label: str
    description: str
    installed: str
    brings: list[str]
    versions: list[VersionRow] = field(default_factory=list)


def package_rows(user: User, *, with_use: bool) -> list[PackageRow]:
    """All modules of the site; `with_use` says how many projects and people use each version."""
    installed = installed_versions(user)
    projects, people = (_projects(), _people()) if with_use else (None, None)
    found = []
    for name, listed in groupby(modules(), key=lambda each: each.name):
        versions = list(listed)
        rows = [_version(each, projects, people) for each in versions]
        newest = versions[0].manifest
        brings = _brings(versions[0])
        found.append(PackageRow(name, newest.label, newest.description, installed.get(name, ""), brings, rows))
    return sorted(found, key=lambda each: each.label.casefold())


def _version(module: Module, projects: Mapping[str, int] | None, people: Mapping[str, int] | None) -> VersionRow:
    package = module.package
    by = package.added_by.display_name if package is not None and package.added_by is not None else ""
    return VersionRow(
        version=module.version,
        sha256=module.sha256,
        is_shipped=module.is_shipped,
        added_by=by,
        added_at=package.added_at if package is not None else None,
        projects=projects.get(module.sha256, 0) if projects is not None else None,
        people=people.get(module.sha256, 0) if people is not None else None,
    )


def _brings(module: Module) -> list[str]:
    manifest = module.manifest
    counts = (
        (len(manifest.tables), "%(n)s table", "%(n)s tables"),
        (len(manifest.rules), "%(n)s rule", "%(n)s rules"),
        (len(manifest.scripts), "%(n)s script", "%(n)s scripts"),
        (len(manifest.views), "%(n)s view", "%(n)s views"),
    )
    return [ngettext(one, many, count) % {"n": count} for count, one, many in counts if count]


def _projects() -> Mapping[str, int]:
    """How many projects have adopted a version, by its hash."""
    found: dict[str, int] = defaultdict(int)
    for shown in Row.objects.filter(facet=MODULE).values_list("shown", flat=True):
        found[str(shown.get("sha256"))] += 1
    return found


def _people() -> Mapping[str, int]:
    counted = Installation.objects.order_by().values_list("package__sha256").annotate(Count("pk"))
    return dict(counted)
