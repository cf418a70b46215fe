"""The modules that come with Foundry: folders beside this package. They are there without anybody adding them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from blobs.models import sha256_of
from stages.automation.packages.digest import package_digest
from stages.automation.packages.manifest import Manifest, read_manifest

FOLDER: Final = Path(__file__).parent.parent / "modules"
_SUFFIXES: Final = frozenset({".toml", ".lua", ".js", ".ts", ".md", ".json", ".csv"})


@dataclass(frozen=True, slots=True)
class ShippedModule:
    """A module in this release: its files by their paths, and its manifest."""

    files: dict[str, str]
    manifest: Manifest

    @property
    def hashes(self) -> dict[str, str]:
        return {path: sha256_of(text.encode()) for path, text in self.files.items()}

    @property
    def sha256(self) -> str:
        return package_digest(self.hashes)


@cache
def shipped_modules() -> dict[str, ShippedModule]:
    """All of them, by their names."""
    folders = sorted(each.parent for each in FOLDER.glob("*/module.toml"))
    found = (read_folder(folder) for folder in folders)
    return {each.manifest.name: each for each in found}


def read_folder(folder: Path) -> ShippedModule:
    """A module in a folder. Raises `ValidationFailed`."""
    files = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in _SUFFIXES
    }
    return ShippedModule(files, read_manifest(files))
