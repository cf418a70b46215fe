"""A field of type file: an uploaded file, one of the record's, or none; it is opened from the page."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from drafts.attachments.models import Attachment
from stages.registers import verbs
from stages.registers.models import Row
from stages.registers.schema import Column
from tests.cast import new_project, new_user
from tests.registers.reading.stored import Sites

pytestmark = pytest.mark.django_db


def test_a_file_is_uploaded_chosen_opened_and_taken_away() -> None:
    ann = new_user("Ann")
    project = new_project(ann)
    sites, browser = Sites(project), Client()
    browser.force_login(ann)
    sites.a.do(verbs.add_column, "tests", Column("report", "blob-reference", "Report"))
    record = sites.create("tests", title="Test")
    sites.store()
    base = f"/projects/{project.id}/registers/records/{record}/"
    field = {"table": "tests", "field": "report"}

    def send(**data: Any) -> int:
        shown = browser.get(f"{base}file/", field).content.decode()
        tips = shown.split('name="base" value="')[1].split('"')[0]
        return browser.post(f"{base}file/", {**field, "base": tips, **data}).status_code

    def report() -> Any:
        return Row.objects.get(project=project, facet="tests").shown.get("report")

    assert "Choose Report" in browser.get(base).content.decode()
    assert send(chosen="upload") == 400
    assert send(chosen="upload", file=SimpleUploadedFile("run.txt", b"passed")) == 302
    attachment = Attachment.objects.get(project=project)
    assert (report()["name"], report()["blake3"], attachment.subject_type) == ("run.txt", attachment.blake3, "record")
    page = browser.get(base).content.decode()
    assert f"file/open/?hash={attachment.blake3}" in page
    opened = browser.get(f"{base}file/open/", {"hash": attachment.blake3})
    assert opened["Location"].endswith(f"/{attachment.id}/content/") or str(attachment.id) in opened["Location"]
    assert send(chosen="none") == 302
    assert report() is None
    assert send(chosen=str(attachment.id)) == 302
    assert report()["name"] == "run.txt"
    assert browser.post(f"{base}file/", {**field, "base": "", "chosen": "none"}).status_code == 409
