"""Packages of this site, and the modules whose views somebody uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext
from uuid_utils.compat import uuid7

from accounts.callers import Caller, foundry_caller
from accounts.models import User
from accounts.rules import is_service
from audit.models import Event
from audit.services import Target, answered, record, request_hash
from blobs.models import sha256_of
from blobs.services import store_texts
from kernel.errors import Conflict, NotAuthenticated, NotFound, PermissionDenied
from kernel.site_permissions import may_on_site
from kernel.transactions import write_transaction
from stages.automation import events
from stages.automation.models import Installation, Package
from stages.automation.packages import Manifest, package_digest, read_archive, read_manifest
from stages.automation.packages.shipped import shipped_modules
from stages.automation.permissions import ADD_PACKAGE, INSTALL
from stages.automation.reading.packages import Module, find_module


@dataclass(frozen=True, slots=True)
class Added:
    """A package, and whether it is new at this site."""

    package: Package
    is_new: bool


@dataclass(slots=True)
class _SiteWrite:
    """A write to the site's chain under way; `repeat_of` is set for a request that was answered before."""

    caller: Caller
    request: str | None = None
    repeat_of: Event | None = None

    def record(self, action: str, target: Target, data: Mapping[str, Any]) -> Event:
        request, self.request = self.request, None
        return record(caller=self.caller, action=action, target=target, data=data, request=request)


def add_package(*, caller: Caller, archive: bytes) -> Added:
    """Add a version of a module to this site; the same bytes once more change nothing. Administrators only.

    Raises `PermissionDenied`, `ValidationFailed` by the path of what is wrong, `Conflict` where the site has other
    bytes of this name and version.
    """
    _require(caller, ADD_PACKAGE)
    files = read_archive(archive)
    manifest = read_manifest(files)
    with _site_write(caller, ADD_PACKAGE, {"sha256": sha256_of(archive)}) as write:
        _require(caller, ADD_PACKAGE)
        return _add(write, manifest, files)


def install_module(*, caller: Caller, name: str, version: str = "") -> Installation:
    """Use a module's views, in the newest version where none is named. Raises `NotFound`."""
    with _site_write(caller, INSTALL, {"name": name, "version": version}) as write:
        _require(caller, INSTALL)
        package = package_of(find_module(name, version))
        found = Installation.objects.filter(user=caller.user, name=name).first()
        if found is not None and (found.package_id == package.id or write.repeat_of is not None):
            return found
        installation = found or Installation(id=uuid7(), user=caller.user, name=name)
        data = {**package_facts(package), "package_id": str(package.id)}
        event = write.record(events.MODULE_INSTALLED.name, Target.of("installation", installation.id), data)
        installation.package, installation.installed_at = package, event.at
        installation.save()
    return installation


def uninstall_module(*, caller: Caller, name: str) -> None:
    """Stop using a module's views. Raises `NotFound`."""
    with _site_write(caller, "module.uninstall", {"name": name}) as write:
        named = Installation.objects.filter(user=caller.user, name=name).select_related("package")
        # Postgres compares no NUL.
        found = named.first() if "\0" not in name else None
        if write.repeat_of is not None and found is None:
            return
        if found is None:
            raise NotFound(gettext("You have not installed “%(name)s”.") % {"name": name[:100]})
        data = package_facts(found.package)
        write.record(events.MODULE_UNINSTALLED.name, Target.of("installation", found.id), data)
        found.delete()


def package_of(module: Module) -> Package:
    """The package of a module, in the caller's transaction; one that comes with Foundry is added by Foundry."""
    if module.package is not None:
        return module.package
    shipped = shipped_modules()[module.name]
    return _add(_SiteWrite(foundry_caller()), shipped.manifest, shipped.files).package


def package_facts(package: Package) -> dict[str, Any]:
    """What every event about a module says of it."""
    return {"name": package.name, "version": package.version, "sha256": package.sha256}


def _add(write: _SiteWrite, manifest: Manifest, files: Mapping[str, str]) -> Added:
    hashes = {path: sha256_of(text.encode()) for path, text in sorted(files.items())}
    digest = package_digest(hashes)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"automation:package:{manifest.name}"])
    found = Package.objects.filter(name=manifest.name, version=manifest.version).first()
    if found is not None and found.sha256 == digest:
        return Added(found, is_new=False)
    if found is not None:
        words = gettext("%(name)s %(version)s is at this site with other content. Give it another version.")
        facts = {"name": manifest.name, "version": manifest.version}
        raise Conflict(words % facts, **facts, sha256=found.sha256)
    package = Package(id=uuid7(), name=manifest.name, version=manifest.version, sha256=digest, files=hashes)
    store_texts(texts=files.values())
    data = {**package_facts(package), "count": len(files)}
    event = write.record(events.MODULE_ADDED.name, Target.of("package", package.id), data)
    package.added_by, package.added_at = write.caller.user, event.at
    package.save(force_insert=True)
    return Added(package, is_new=True)


@contextmanager
def _site_write(caller: Caller, action: str, parameters: Mapping[str, Any]) -> Iterator[_SiteWrite]:
    with write_transaction():
        write = _SiteWrite(caller)
        if caller.client_ref is not None:
            write.request = request_hash(action, parameters)
            write.repeat_of = answered(caller=caller, project_id=None, request=write.request)
        yield write


def _require(caller: Caller, action: str) -> None:
    """Read the account again: what it may do may have changed. Raises `NotAuthenticated`, `PermissionDenied`."""
    if is_service(caller):
        return
    user = User.objects.filter(id=caller.user.id).first()
    if user is None or not user.is_active:
        raise NotAuthenticated(gettext("This account is closed."))
    if not may_on_site(action, user):
        raise PermissionDenied(gettext("Only an administrator can add modules to this site."))
