"""The page of all modules of the site."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from stages.automation.models import Installation, Package
from tests.automation.modules.world import Site
from tests.automation.packages.making import CONTACTS, module

pytestmark = pytest.mark.django_db


def _text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def _add(client: Client, archive: bytes) -> Any:
    return client.post("/modules/", {"file": SimpleUploadedFile("contacts.zip", archive)}, follow=True)


def test_an_administrator_adds_a_version_in_the_browser(site: Site, client: Client):
    client.force_login(site.administrator.user)
    shown = _text(_add(client, module()))
    assert "Added contacts 1.0.0." in shown
    assert "used by nobody" in shown
    assert "is here already, with the same content" in _text(_add(client, module()))
    site.adopt("contacts")
    assert "used by 1 project" in _text(client.get("/modules/"))
    assert Package.objects.get(name="contacts").sha256[:12] in shown


def test_what_is_wrong_with_an_archive_is_listed_by_path(site: Site, client: Client):
    client.force_login(site.administrator.user)
    answer = _add(client, module(CONTACTS.replace("shared_key", "shard_key")))
    assert answer.status_code == 400
    assert "<code>tables.contacts.columns.name.shard_key</code>" in _text(answer)
    assert "contacts.zip was not added." in _text(answer)
    assert _add(client, b"no zip").status_code == 400
    assert _add(client, bytes(3 << 20)).status_code == 413
    assert client.post("/modules/").status_code == 400
    _add(client, module())
    assert _add(client, module(CONTACTS + "#")).status_code == 409
    assert Package.objects.count() == 1


def test_others_use_views_and_add_nothing(site: Site, client: Client):
    client.force_login(site.editor.user)
    shown = _text(client.get("/modules/"))
    assert "Add a version" not in shown
    assert "used by" not in shown
    assert _add(client, module()).status_code == 403
    assert client.post("/modules/production/install/").status_code == 302
    assert Installation.objects.get(user=site.editor.user).name == "production"
    assert "You use the views of 1.0.0" in _text(client.get("/modules/"))
    for _again in range(2):
        assert client.post("/modules/production/uninstall/").status_code == 302
    assert not Installation.objects.exists()
