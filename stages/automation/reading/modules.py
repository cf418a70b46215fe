"""The modules that a project has adopted, and those that somebody has installed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from stages.automation.facets import MODULE
from stages.automation.models import Installation
from stages.automation.reading.packages import Module, modules, version_key
from stages.automation.reading.records import records_of
from stages.registers.reading.reader import Reader


@dataclass(frozen=True, slots=True)
class AdoptedModule:
    """A module of a project. `module` is None where its package is not at this site; `newest` is a newer version here.

    Where two sites adopted different versions at once, it is conflicted until somebody adopts one again.
    """

    name: str
    version: str
    sha256: str
    is_conflicted: bool
    module: Module | None
    newest: Module | None = None


def adopted_modules(project_id: UUID, *, reader: Reader | None = None) -> list[AdoptedModule]:
    """The modules of a project by their names."""
    here = modules()
    of_hash = {each.sha256: each for each in here}
    newest: dict[str, Module] = {}
    for each in here:
        newest.setdefault(each.name, each)
    found = []
    for record in records_of((reader or Reader(project_id)).storage, MODULE):
        name, version, sha256 = (record.text(member) for member in ("name", "version", "sha256"))
        module, last = of_hash.get(sha256), newest.get(name)
        is_newer = last is not None and module is not None and version_key(last.version) > version_key(module.version)
        found.append(AdoptedModule(name, version, sha256, record.is_conflicted, module, last if is_newer else None))
    return found


def installed_versions(user: User) -> dict[str, str]:
    """The versions of the modules whose views somebody uses, by their names."""
    found = Installation.objects.filter(user=user).select_related("package")
    return {each.name: each.package.version for each in found}
