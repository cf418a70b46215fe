"""The pages of releases: their addresses, and signing there."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from publishing.models import Release
from tests.publishing.reviews import PASSWORD, Review

HTMX = {"HX-Request": "true"}


def address(review: Review, name: str = "releases", *more: object) -> str:
    return reverse(f"workspace:{name}", args=[review.project.id, *more])


def page_of(release: Release) -> str:
    return reverse("workspace:release", args=[release.project_id, release.id])


def given(meaning: str, by: str, review: Review, **more: str) -> dict[str, str]:
    name = review.people[by].username
    return {"meaning": meaning, "component": "password", "username": name, "password": PASSWORD, **more}


def sign(client: Client, release: Release, data: dict[str, str], **how: Any) -> Any:
    return client.post(f"{page_of(release)}?sign={data['meaning']}", data, **how)
