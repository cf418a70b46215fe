"""What the stage adds to the demo."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.verification import verify_chain
from drafts.models import Draft
from foundry_site.demo import making
from stages.pads.choices import DEMO_VERSION
from stages.pads.demo import MESSAGE
from stages.pads.models import Pad
from stages.pads.verification import check_records


@pytest.mark.django_db
def test_a_part_of_a_pad_by_three_people_is_a_version_of_the_story(tmp_path: Path) -> None:
    demo = making.make_demo(data_dir=tmp_path, url="http://localhost:8000/")

    pad = Pad.objects.get(project__id=demo["project_id"])
    draft = Draft.objects.of_project(pad.project_id).get(version_number=DEMO_VERSION)
    origin = draft.origin or {}
    assert (draft.message, draft.author.username, draft.changed_fields) == (MESSAGE, "editor", ["prompt_text"])
    assert (origin["type"], origin["id"], origin["revision"]) == ("pad", str(pad.id), pad.head - 1)
    assert len(origin["contributors"]) == 3
    assert sorted(each["characters"] == 0 for each in origin["contributors"]) == [False, False, True]
    assert verify_chain(str(pad.project_id)).finding is None
    assert list(check_records()) == []
