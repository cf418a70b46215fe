"""Packages of modules: their archive, their manifest and their hash. Knows neither database nor registers."""

from stages.automation.packages.archive import MAX_ARCHIVE, read_archive
from stages.automation.packages.digest import package_digest
from stages.automation.packages.manifest import Manifest, read_manifest

__all__ = ["MAX_ARCHIVE", "Manifest", "package_digest", "read_archive", "read_manifest"]
