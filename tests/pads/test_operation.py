"""Running a site with pads: the doctor, the dashboard, and how many queries a request takes."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as site
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client import generate_latest

from kernel.crdt.edits import Edit
from kernel.doctor import Level
from stages.pads import doctor
from stages.pads.models import Pad
from stages.pads.opening import open_pad
from stages.pads.services import append_revisions, keep_snapshot, record_pad
from stages.pads.submissions import EditsSubmission
from tests.foundry_site.findings import the
from tests.pads.world import World, edit
from tests.rest.client import Api

FIGURE = re.compile(r"\bfoundry_pad_[a-z_]+")
ENDING = re.compile(r"_(?:bucket|sum|count)\Z")


def test_the_doctor_notices_what_is_not_on_record(world: World, monkeypatch: pytest.MonkeyPatch):
    pad = world.pad()
    edit(world.session("ed"), pad, 0, (0, 0, "typed"))
    assert the(doctor.examine, doctor.SUBJECT).level == Level.OK
    monkeypatch.setattr(doctor, "LATE", -timedelta(minutes=1))
    late = the(doctor.examine, doctor.SUBJECT)
    assert (late.level, late.text[:2]) == (Level.WARN, "1 ")
    assert "worker" in late.remedy
    record_pad(pad_id=pad.id)
    assert the(doctor.examine, doctor.SUBJECT).level == Level.OK


def test_the_dashboard_names_figures_that_there_are():
    told = dict(re.findall(r"^# TYPE (\S+) (\S+)$", generate_latest().decode(), re.MULTILINE))
    panels = json.loads((site.BASE_DIR / "docs" / "operations" / "grafana-pads.json").read_text())["panels"]
    named = {name for panel in panels for target in panel["targets"] for name in FIGURE.findall(target["expr"])}
    assert len(named) > 6
    assert {name for name in named if name not in told and told.get(ENDING.sub("", name)) != "histogram"} == set()


def queries_of(world: World, pad: Pad) -> dict[str, int]:
    """How many queries each reading of a pad takes."""
    api, viewer = Api(world.people["vic"]), world.caller("vic")
    head = Pad.objects.get(pk=pad.id).head
    paths = [f"projects/{world.project.id}/pads/", *(f"pads/{pad.id}/{path}" for path in ("", f"revisions/{head}/"))]
    paths += [f"pads/{pad.id}/{path}" for path in ("changes/", "timeline/", "log/")]
    counts = {}
    for number, path in enumerate(paths):
        with CaptureQueriesContext(connection) as captured:
            assert api.get(path).status_code == 200
        counts[f"path {number}"] = len(captured)
    known: list[dict[str, Any]] = [{"epoch": None, "after": None}, {"epoch": 1, "after": 1}]
    for dialect in ("text", "yjs"):
        for each in known:
            with CaptureQueriesContext(connection) as captured:
                open_pad(caller=viewer, project_id=world.project.id, pad_id=pad.id, dialect=dialect, **each)
            counts[f"open {dialect} {each['after']}"] = len(captured)
    return counts


def test_the_number_of_queries_is_the_same_for_any_number_of_pads_writers_and_revisions(world: World):
    pad = world.pad()
    for name in ("ed", "mara"):
        edit(world.session(name), pad, Pad.objects.get(pk=pad.id).head, (0, 0, name))
    keep_snapshot(pad_id=pad.id)
    before = queries_of(world, pad)
    for number in range(12):
        other = world.pad(name=f"Pad {number}", by="mara" if number % 2 else "ed")
        edit(world.session("olga"), other, 0, (0, 0, "x"))
        ed = world.session("ed")
        head = edit(ed, pad, Pad.objects.get(pk=pad.id).head, (0, 0, "one more ")).revision
        typed(ed, pad.id, head, 20)
    assert queries_of(world, pad) == before


def typed(caller: Any, pad_id: UUID, head: int, count: int) -> None:
    """So many revisions of one person."""
    edits = (Edit(0, 0, "a"),)
    submissions = [EditsSubmission(caller=caller, revision=head + each, edits=edits) for each in range(count)]
    append_revisions(pad_id=pad_id, submissions=submissions)
