"""Scripts that another site writes: off here, and undecided where two sites wrote at once."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from stages.automation.facets import SCRIPT
from stages.automation.services.scripts import find_script
from stages.registers.fold.payloads import Payload, SetField
from stages.registers.storing.storage import PostgresStorage
from tests.automation.executing.conftest import ScriptDesk
from tests.registers.storing.foreign_site import ForeignSite, take_in

pytestmark = pytest.mark.django_db


def test_a_save_decides_between_texts_of_two_sites(desk: ScriptDesk, client: Client, editor: User) -> None:
    saved = desk.save("print('before')")
    storage = PostgresStorage(desk.project.id)
    seen = storage.clock()
    ours = desk.save("print('ours')")
    desk.switch(ours)
    basel = ForeignSite(desk.project.id)
    payloads: list[Payload] = [SetField(saved.script_id, SCRIPT, "source", "print('theirs')")]
    bundle = basel.write(payloads, seen=seen)
    given = {"bundles": [bundle], "certificates": [basel.certificate]}
    take_in(project_id=desk.project.id, **given)  # type: ignore[arg-type]
    client.force_login(editor)
    address = f"/projects/{desk.project.id}/automation/scripts/{saved.script_id}/"
    shown = client.get(address).content.decode()
    assert "two sites saved different texts" in shown
    script = find_script(desk.project.id, saved.script_id)
    assert script.in_conflict
    # The text that is shown can be the one that holds: saving it decides.
    answer = client.post(f"{address}save/", {"source": script.source, "base_sha256": script.sha256})
    assert answer.status_code == 200
    decided = find_script(desk.project.id, saved.script_id)
    assert (decided.in_conflict, decided.source) == (False, script.source)
    both = client.get(f"{address}texts/").context["texts"]
    assert {each.script.source for each in both} >= {"print('ours')", "print('theirs')"}
