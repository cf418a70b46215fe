"""The packages of this site: those that were added, and the modules that come with Foundry."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext

from blobs.models import Blob
from kernel.errors import NotFound
from stages.automation.models import Package
from stages.automation.packages import Manifest, read_manifest
from stages.automation.packages.shipped import shipped_modules


@dataclass(frozen=True, slots=True)
class Module:
    """A version of a module that can be adopted here. `package` is None for one that nobody has used yet."""

    manifest: Manifest
    sha256: str
    package: Package | None = None
    is_shipped: bool = False

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def version(self) -> str:
        return self.manifest.version


def modules() -> list[Module]:
    """All modules of this site by name, the newest version of each first."""
    shipped = {each.sha256: each for each in shipped_modules().values()}
    packages = list(Package.objects.all())
    found = [Module(manifest_of(each), each.sha256, each, each.sha256 in shipped) for each in packages]
    # A version that is here never changes, so one that comes with Foundry under its name is none.
    known = {(each.name, each.version) for each in packages}
    found += [
        Module(each.manifest, digest, None, True)
        for digest, each in shipped.items()
        if (each.manifest.name, each.manifest.version) not in known
    ]
    newest_first = sorted(found, key=lambda each: version_key(each.version), reverse=True)
    return sorted(newest_first, key=lambda each: each.name)


def find_module(name: str, version: str = "") -> Module:
    """A version of a module, the newest one where none is named. Raises `NotFound`."""
    for each in modules():
        if each.name == name and version in ("", each.version):
            return each
    words = gettext("There is no module “%(name)s” %(version)s at this site. An administrator can add it.")
    raise NotFound(words % {"name": name[:100], "version": version[:40]})


def versions_of(name: str) -> list[Module]:
    """The versions of a module that are at this site, the newest first."""
    return [each for each in modules() if each.name == name]


def module_of(sha256: str) -> Module | None:
    """The module whose package has this hash; None where it is not at this site."""
    return next((each for each in modules() if each.sha256 == sha256), None)


def files_of(module: Module) -> dict[str, str]:
    """The files of a module by their paths."""
    if module.package is None:
        return shipped_modules()[module.name].files
    return _files(module.package.files)


def manifest_of(package: Package) -> Manifest:
    return _manifest(package.sha256, tuple(sorted(package.files.items())))


def version_key(version: str) -> tuple[Any, ...]:
    """By what versions are ordered: 1.10 comes after 1.9, and 2.0-rc.1 before 2.0."""
    numbers, _dash, suffix = version.partition("-")
    parts = tuple(int(each) for each in numbers.split("."))
    return (*parts, *(0 for _ in range(4 - len(parts)))), not suffix, [_part(each) for each in re.split(r"\.", suffix)]


def _part(text: str) -> tuple[int, str]:
    return (int(text), "") if text.isdigit() else (-1, text)


# Packages never change.
@lru_cache(maxsize=200)
def _manifest(sha256: str, files: tuple[tuple[str, str], ...]) -> Manifest:
    return read_manifest(_files(dict(files)))


def _files(hashes: dict[str, str]) -> dict[str, str]:
    texts = {blob.sha256: blob.text for blob in _blobs(hashes.values())}
    return {path: texts[sha256] for path, sha256 in hashes.items()}


def _blobs(hashes: Iterable[str]) -> Iterable[Blob]:
    return Blob.objects.filter(sha256__in=set(hashes))
