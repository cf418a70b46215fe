"""Passages follow their text; links to them are suspect after it has changed."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import User
from drafts.services import change_files
from projects.models import Project, Status
from stages.automation.facets import PASSAGE
from stages.automation.jobs import follow_passages as job
from stages.automation.passages.links import PassageLink, passage_links
from stages.automation.passages.reading import passages_of, positions_of
from stages.automation.services.passages import confirm_passage, follow_passages
from stages.registers.fold.payloads import SetField
from stages.registers.models import Bundle
from stages.registers.reading.matrices import Axes, matrix
from stages.registers.reading.reader import Reader
from stages.registers.services.links import confirm_links
from tests.automation.passages.conftest import IMPLEMENTED, PROMPT, PassageDesk
from tests.registers.storing.world import REQ
from tests.writers import Writer

pytestmark = pytest.mark.django_db


def rewrite(writer: Writer, text: str, field: str = "prompt_text") -> None:
    base = Project.objects.get(pk=writer.project.pk).current_draft
    number = base.version_number if base else 0
    writer.save({field: text}, writer.take(field), base=number, release_locks=True)


def is_suspect(project: Project) -> bool:
    rows = matrix(Reader(project.id), Axes(REQ, PASSAGE, IMPLEMENTED)).rows
    return any(mark.suspect for row in rows for mark in row.marks)


def waiting(project: Project) -> int:
    return ProcrastinateJob.objects.filter(task_name=job.name, args__project_id=str(project.id), status="todo").count()


def test_a_changed_passage_makes_its_link_suspect_until_somebody_confirms_it(writer: Writer, desk: PassageDesk) -> None:
    (record,) = desk.create({"title": "Report in time"})
    linked = desk.link(record, 6, 7)
    rewrite(writer, PROMPT.replace("48 hours", "24 hours"))
    written = follow_passages(desk.project.id)
    assert written is not None
    assert written.event is not None
    assert written.event.actor_id == User.objects.foundry().id
    assert desk.passage(linked.passage)["text"].endswith("within 24 hours.")
    assert is_suspect(desk.project)
    confirm_links(caller=desk.caller, project_id=desk.project.id, edges=[linked.edge])
    assert not is_suspect(desk.project)


def test_what_was_confirmed_is_what_a_later_change_is_compared_with(writer: Writer, desk: PassageDesk) -> None:
    (record,) = desk.create({"title": "Report in time"})
    linked = desk.link(record, 7, 7)

    def link() -> PassageLink:
        draft = Project.objects.get(pk=desk.project.pk).current_draft
        assert draft is not None
        return passage_links(Reader(desk.project.id), draft)[0]

    rewrite(writer, PROMPT.replace("48", "24"))
    confirm_passage(caller=desk.caller, project_id=desk.project.id, edge=linked.edge)
    assert (link().is_suspect, link().has_changed) == (False, False)
    rewrite(writer, PROMPT.replace("48", "12"))
    follow_passages(desk.project.id)
    assert (link().is_suspect, link().before) == (True, "Report to the sponsor within 24 hours.")


def test_lines_that_only_moved_change_nothing(writer: Writer, desk: PassageDesk) -> None:
    (record,) = desk.create({"title": "Report in time"})
    linked = desk.link(record, 6, 7)
    rewrite(writer, PROMPT.replace("# Role\n", "# Role\nYou are careful.\nYou are kind.\n"))
    before = Bundle.objects.filter(project=desk.project).count()
    assert follow_passages(desk.project.id) is None
    assert Bundle.objects.filter(project=desk.project).count() == before
    draft = Project.objects.get(pk=desk.project.pk).current_draft
    assert draft is not None
    assert positions_of(passages_of(desk.project.id), draft)[linked.passage].span == (8, 9)


def test_the_rest_of_a_line_may_change_around_a_part(writer: Writer, desk: PassageDesk) -> None:
    (record,) = desk.create({"title": "Grade events"})
    part, whole = desk.link(record, 5, 5, quote="CTCAE 5.0"), desk.link(record, 5, 5)
    rewrite(writer, PROMPT.replace("by CTCAE 5.0.", "by CTCAE 5.0, with its term."))
    assert follow_passages(desk.project.id) is not None
    assert desk.passage(part.passage)["text"] == "CTCAE 5.0"
    assert desk.passage(whole.passage)["text"] == "Grade every event by CTCAE 5.0, with its term."


def test_text_that_is_gone_makes_its_link_suspect_and_a_revert_brings_it_back(
    writer: Writer, desk: PassageDesk
) -> None:
    (record,) = desk.create({"title": "Report in time"})
    linked = desk.link(record, 6, 7)
    rewrite(writer, "# Role\nNothing else.")
    follow_passages(desk.project.id)
    assert desk.passage(linked.passage)["text"] is None
    assert is_suspect(desk.project)
    rewrite(writer, PROMPT)
    follow_passages(desk.project.id)
    assert desk.passage(linked.passage)["text"] == desk.passage(linked.passage)["quote"]


def test_a_file_keeps_its_passages_under_another_name(writer: Writer, desk: PassageDesk) -> None:
    rewrite(writer, {"language": "markdown", "content": PROMPT}, "files/notes.md")  # type: ignore[arg-type]
    (record,) = desk.create({"title": "Report in time"})
    linked = desk.link(record, 7, 7, field="files/notes.md", version=2)
    change_files(
        caller=writer.caller,
        project_id=desk.project.id,
        session_id=None,
        base_version=2,
        renames={"files/safety.md": "files/notes.md"},
    )
    assert follow_passages(desk.project.id) is None
    changed = {"language": "markdown", "content": PROMPT.replace("48", "12")}
    rewrite(writer, changed, "files/safety.md")  # type: ignore[arg-type]
    assert waiting(desk.project) == 1
    follow_passages(desk.project.id)
    assert desk.passage(linked.passage)["text"] == "Report to the sponsor within 12 hours."


def test_a_version_queues_one_look_at_passages_and_none_without_any(writer: Writer, desk: PassageDesk) -> None:
    rewrite(writer, PROMPT + "\nBe kind.")
    assert waiting(desk.project) == 0
    (record,) = desk.create({"title": "Report in time"})
    desk.link(record, 6, 7)
    rewrite(writer, PROMPT + "\nBe calm.")
    rewrite(writer, PROMPT + "\nBe clear.")
    assert waiting(desk.project) == 1


def test_nothing_is_written_in_a_frozen_project(writer: Writer, desk: PassageDesk) -> None:
    (record,) = desk.create({"title": "Report in time"})
    desk.link(record, 6, 7)
    rewrite(writer, PROMPT.replace("48 hours", "24 hours"))
    Project.objects.filter(pk=desk.project.pk).update(status=Status.ARCHIVED)
    assert follow_passages(desk.project.id) is None


def test_what_another_site_wrote_into_a_passage_is_left_out(writer: Writer, desk: PassageDesk) -> None:
    (record,) = desk.create({"title": "Report in time"})
    linked = desk.link(record, 6, 7)
    for value in (0, -1, None):
        desk.write([SetField(linked.passage, PASSAGE, "from_line", value, unset=value is None)], system={PASSAGE})
        assert passages_of(desk.project.id) == []
    desk.write([SetField(linked.passage, PASSAGE, "from_line", 5000)], system={PASSAGE})
    desk.write([SetField(linked.passage, PASSAGE, "to_line", 6000)], system={PASSAGE})
    follow_passages(desk.project.id)
    assert desk.passage(linked.passage)["text"] is None


def test_confirming_counts_for_a_change_that_is_not_noted_yet(writer: Writer, desk: PassageDesk) -> None:
    (record,) = desk.create({"title": "Report in time"})
    linked = desk.link(record, 6, 7)
    rewrite(writer, PROMPT.replace("48 hours", "24 hours"))
    confirm_passage(caller=desk.caller, project_id=desk.project.id, edge=linked.edge)
    assert follow_passages(desk.project.id) is None
    assert not is_suspect(desk.project)
