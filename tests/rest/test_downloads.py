"""What is downloaded has the name of what it is, in whatever script (RFC 6266)."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.http.response import HttpResponse

from accounts.models import User
from projects.services import create_project, update_project
from publishing.bundle.scope import scope_of_project
from publishing.bundle.writing import bundle_name
from rest.downloads import MAX_STEM_BYTES, attachment, file_name
from tests.publishing.reviews import Review, caller_of
from tests.rest.client import Api
from tests.rest.writer import Writer


@pytest.mark.parametrize(
    ("stem", "name", "fallback"),
    [
        ("治験エージェント 1.0.0", "治験エージェント-1.0.0.zip", "1.0.0.zip"),
        ("Müller & Söhne", "Müller-Söhne.zip", "Muller-Sohne.zip"),
        ("รายงาน", "รายงาน.zip", "foundry.zip"),
        ("Plain name 1.0", "Plain-name-1.0.zip", "Plain-name-1.0.zip"),
        ('a"b\r\nX: y/../c', "a-b-X-y-..-c.zip", "a-b-X-y-..-c.zip"),
        ("...", "foundry.zip", "foundry.zip"),
    ],
)
def test_a_file_is_named_in_its_own_script_with_a_fallback_in_ascii(stem: str, name: str, fallback: str):
    header = attachment(file_name(stem, "zip"))

    assert file_name(stem, "zip") == name
    assert header.startswith(f'attachment; filename="{fallback}"')
    extended = header.partition("filename*=UTF-8''")[2]
    assert unquote(extended or name) == name
    assert header.isascii()
    HttpResponse()["Content-Disposition"] = header


def test_a_long_name_is_cut_between_characters():
    stem = file_name("治" * 300, "zip").removesuffix(".zip")
    assert set(stem) == {"治"}
    assert len(stem.encode()) <= MAX_STEM_BYTES


def test_a_bundle_named_in_japanese_is_saved_under_that_name(review: Review):
    update_project(caller=caller_of(review.people["owner"]), project_id=review.project.id, name="治験エージェント")
    release = review.submit("第一版")

    answer = Api(review.people["owner"]).get(f"releases/{release.id}/bundle/")

    assert unquote(answer["Content-Disposition"]).endswith("filename*=UTF-8''治験エージェント-第一版.zip")
    assert bundle_name(scope_of_project(review.project.id)).startswith("治験エージェント-event-")


@pytest.mark.django_db
def test_an_exported_payload_has_the_name_of_its_project(owner: User):
    made = create_project(caller=caller_of(owner), name="治験")
    writer = Writer(owner, made)
    writer.save({"prompt_text": "a"})

    answer = writer.read("export/")

    assert unquote(answer["Content-Disposition"]) == "attachment; filename=\"v1.json\"; filename*=UTF-8''治験-v1.json"
