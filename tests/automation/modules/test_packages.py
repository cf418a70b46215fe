"""Packages of the site: added once, installed by whoever likes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from uuid_utils.compat import uuid7

from audit.models import SITE_CHAIN, Event
from kernel.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from stages.automation.models import Installation, Package
from stages.automation.packages.shipped import shipped_modules
from stages.automation.reading.packages import find_module, modules, version_key
from stages.automation.services.packages import add_package, install_module, uninstall_module
from tests.automation.modules.world import Site, manifest, table
from tests.automation.packages.making import CONTACTS, module

pytestmark = pytest.mark.django_db


def _events() -> list[str]:
    found = Event.objects.filter(chain=SITE_CHAIN, action__startswith="module.")
    return list(found.order_by("id").values_list("action", flat=True))


def test_case_10_a_version_is_added_once_and_never_with_other_bytes(site: Site):
    first = add_package(caller=site.administrator, archive=module())
    again = add_package(caller=site.administrator, archive=module())
    assert (first.is_new, again.is_new, again.package) == (True, False, first.package)
    with pytest.raises(Conflict) as refused:
        add_package(caller=site.administrator, archive=module(CONTACTS + "\n# other bytes"))
    assert refused.value.extra == {"name": "contacts", "version": "1.0.0", "sha256": first.package.sha256}
    assert _events() == ["module.added"]


@pytest.mark.parametrize("toml", ["[module]\nname = 1", CONTACTS.replace("shared_key", "shard_key")])
def test_case_08_what_is_no_module_is_refused_and_leaves_nothing(site: Site, toml: str):
    with pytest.raises(ValidationFailed):
        site.add(toml)
    assert not Package.objects.exists()


def test_only_administrators_add_packages(site: Site):
    with pytest.raises(PermissionDenied):
        add_package(caller=site.owner, archive=module())
    assert not Package.objects.exists()


def test_a_module_is_installed_for_oneself_and_in_another_version(site: Site):
    site.add(CONTACTS)
    first = install_module(caller=site.editor, name="contacts")
    assert install_module(caller=site.editor, name="contacts").pk == first.pk
    site.add(CONTACTS.replace("1.0.0", "1.1.0"))
    assert install_module(caller=site.editor, name="contacts").package.version == "1.1.0"
    assert Installation.objects.count() == 1
    uninstall_module(caller=site.editor, name="contacts")
    with pytest.raises(NotFound):
        uninstall_module(caller=site.editor, name="contacts")
    assert _events() == ["module.added", "module.installed", "module.added", "module.installed", "module.uninstalled"]


def test_a_repeated_installation_changes_nothing(site: Site):
    site.add(CONTACTS)
    caller = replace(site.editor, client_ref=uuid7())
    first = install_module(caller=caller, name="contacts")
    site.add(CONTACTS.replace("1.0.0", "1.1.0"))
    assert install_module(caller=caller, name="contacts").package_id == first.package_id


def test_what_comes_with_foundry_is_there_and_is_added_with_its_first_use(site: Site):
    assert {"models", "production", "traceability"} <= shipped_modules().keys()
    assert not Package.objects.exists()
    assert find_module("production").is_shipped
    install_module(caller=site.editor, name="production")
    assert find_module("production").package == Package.objects.get()
    assert [each.name for each in modules()].count("production") == 1


def test_an_unknown_module_is_not_found(site: Site):
    with pytest.raises(NotFound):
        install_module(caller=site.editor, name="nothing")
    with pytest.raises(NotFound):
        install_module(caller=site.editor, name="production", version="0.1")


def test_versions_have_an_order(site: Site):
    for version in ("1.9", "1.10", "2.0-rc.1"):
        site.add(manifest("contacts", table("contacts", name="text"), version=version))
    assert find_module("contacts").version == "2.0-rc.1"
    ordered = ["1.0-rc.2", "1.0-rc.10", "1.0", "1.0.1", "1.9", "1.10", "2.0-beta", "2.0"]
    assert sorted(set(ordered), key=version_key) == ordered
