"""Sites that were found in the network, as an owner sees them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from projects.models import Project
from stages.replication.discovery.adverts import Advert
from stages.replication.discovery.nearby import remember
from tests.replication.rows import key_of, make_peer
from tests.workspace.html import elements, words

pytestmark = pytest.mark.django_db


def shown_to(client: Client, project: Project) -> tuple[str, list[str]]:
    answer = client.get(f"/projects/{project.id}/sites/nearby/")
    (dialog,) = elements(answer, "dialog", open="")
    return words(dialog), [each.attributes.get("href", "") for each in elements(answer, "a")]


def test_it_says_that_nobody_looks(project: Project, owner: User, client: Client, settings: Any) -> None:
    settings.FOUNDRY_DISCOVERY = False
    client.force_login(owner)
    assert "FOUNDRY_DISCOVERY" in shown_to(client, project)[0]


def test_what_was_found_is_a_hint_that_leads_to_admission(
    project: Project, owner: User, client: Client, settings: Any
) -> None:
    settings.FOUNDRY_DISCOVERY = True
    client.force_login(owner)
    assert "No site in this network" in shown_to(client, project)[0]
    known = make_peer(project, "Basel")
    adverts = [Advert(project.id, key, "wss://near.example") for key in (known.key_text, key_of("Train"))]
    remember(project.id, adverts)
    shown, hrefs = shown_to(client, project)
    assert "Basel" in shown
    assert "Admitted" in shown
    assert "A site that nobody named" in shown
    address = f"/projects/{project.id}/sites/{key_of('Train')}/admit/?address=wss%3A//near.example"
    assert address in hrefs
    answer = client.get(address)
    (typed,) = elements(answer, "input", name="address")
    assert typed.attributes["value"] == "wss://near.example"
    posted = {"rights": "writes", "address": "wss://near.example", "name": "Train"}
    done = client.post(address.partition("?")[0], posted, follow=True)
    assert "Train is admitted." in done.content.decode()
