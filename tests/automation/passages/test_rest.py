"""Links to lines of a field over REST."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from projects.models import Project
from stages.automation.passages.links import passage_links
from stages.automation.services.passages import follow_passages
from stages.registers.reading.reader import Reader
from tests.automation.passages.conftest import PROMPT, PassageDesk
from tests.automation.passages.test_following import rewrite
from tests.rest.client import Api, members, problem
from tests.writers import Writer

pytestmark = pytest.mark.django_db


def test_a_part_that_has_changed_is_compared_by_its_lines(writer: Writer, desk: PassageDesk) -> None:
    (record,) = desk.create({"title": "Report in time"})
    desk.link(record, 7, 7, quote="within 48 hours")
    rewrite(writer, PROMPT.replace("48", "24"))
    follow_passages(desk.project.id)
    draft = Project.objects.get(pk=desk.project.pk).current_draft
    assert draft is not None
    (link,) = passage_links(Reader(desk.project.id), draft)
    assert (link.before, link.position.text) == (
        "Report to the sponsor within 48 hours.",
        "Report to the sponsor within 24 hours.",
    )


def test_a_record_is_linked_to_lines_and_the_link_becomes_suspect(
    writer: Writer, desk: PassageDesk, editor: User
) -> None:
    (record,) = desk.create({"title": "Report in time"})
    api, here = Api(editor), f"projects/{desk.project.id}/passages/"

    def links(query: str = "") -> list[dict[str, Any]]:
        return list(members(api.get(here + query))["links"])

    body = {"record": record, "relation": "implemented_by", "field": "prompt_text", "version": 1}
    made = members(api.post(here, {**body, "from_line": 6, "to_line": 7}))
    (link,) = links()
    assert (link["edge"], link["passage"], link["suspect"]) == (made["edge"], made["passage"], False)
    assert (link["record"]["key"], link["position"]) == ("REQ-1", {"from_line": 6, "to_line": 7})
    rewrite(writer, "One more line.\n" + PROMPT.replace("48", "24"))
    (link,) = links()
    assert link["suspect"], "noticed before the job has written it"
    follow_passages(desk.project.id)
    (link,) = links()
    assert (link["suspect"], link["position"]) == (True, {"from_line": 7, "to_line": 8})
    assert (link["text"].count("24"), link["confirmed_text"].count("48")) == (1, 1)
    assert links("?version=1")[0]["position"] == {"from_line": 6, "to_line": 7}
    assert problem(api.get(f"{here}?version=7"))[0] == 404
    assert links("?field=files/other.md") == []
    assert api.delete(f"{here}links/{made['edge']}/").status_code == 200
    assert links() == []
