"""A whole project as JSON lines: verified wholly, and made a new project of, with every byte of its contents."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime, timedelta, timezone
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Event
from audit.rebuilding.tables import TABLES_WITHOUT_RECORD
from audit.verification import verify as verify_audit
from drafts.comments.services import answer_comment, create_comment
from drafts.exchange import importing, registry
from drafts.exchange.exporting import export_project
from drafts.exchange.importing import check_imports, import_project, imported_file
from drafts.models import Draft, Passage, Stay
from drafts.readings.models import ReadMark
from drafts.unsent.models import UnsentText
from kernel.errors import NotFound
from locking.models import Lease, Session
from notifications.models import Notification
from projects.models import Member, Project
from tests.drafts.exchange.conftest import save
from tests.drafts.exchange.project_files import rows_of, verify
from tests.exploring import examples
from tests.writers import Writer


def test_the_file_is_whole_readable_and_verifies(exported, told):
    rows = rows_of(exported)

    verified = verify(exported)

    assert verified.header.project.id == told.id
    assert verified.sha256 == hashlib.sha256(exported).hexdigest()
    assert verified.counts["draft"] == 6
    assert verified.counts["event"] == Event.objects.of_project(told.id).count() + 1
    assert verified.counts["member"] == 4
    texts = {row["sha256"]: row["text"] for row in rows if row["type"] == "blob"}
    first = next(row for row in rows if row["type"] == "draft")
    assert texts[first["fields"]["prompt_text"]["sha256"]].startswith('Be "kind".')
    assert [row["end_reason"] for row in rows if row["type"] == "lease"].count(None) == 1


def test_a_project_without_versions_has_a_file_too(committed_db, project):
    assert verify(b"".join(export_project(project_id=project.id))).header.current_version == 0


def test_there_is_no_file_of_no_project(committed_db):
    with pytest.raises(NotFound):
        list(export_project(project_id=uuid4()))


def test_an_import_has_the_same_contents_and_says_where_they_came_from(exported, told, outsider, caller_for, contents):
    project = import_project(caller=caller_for(outsider, via="command"), file=io.BytesIO(exported), name="Copy")

    assert contents(project) == contents(told)
    assert (project.name, project.is_private, project.status) == ("Copy", True, "open")
    assert list(Member.objects.filter(project=project).values_list("user_id", "role")) == [(outsider.id, "owner")]
    assert set(Draft.objects.filter(project=project).values_list("kind", flat=True)) == {"import"}
    events = Event.objects.of_project(project.id)
    assert events[0].action == "member.added"
    old = Draft.objects.get(project=told, version_number=4)
    event = events.filter(action="draft.saved")[3]
    facts = event.data["import"]
    assert (facts["version"], facts["kind"], facts["source_version"]) == (4, "revert", 1)
    assert facts["author"] == old.author.person() | {"id": str(old.author_id)}
    assert facts["at"] == old.created_at.isoformat()
    assert facts["project"] == str(told.id)
    assert event.actor_id == outsider.id
    assert event.at > old.created_at
    assert bytes(Event.objects.of_project(told.id).get(seq=facts["event"]["seq"]).hash).hex() == facts["event"]["hash"]


def test_an_imported_project_verifies_with_all_its_records(exported, outsider, caller_for):
    project = import_project(caller=caller_for(outsider), file=io.BytesIO(exported))

    assert [each for each in [*verify_audit().findings, *check_imports()] if str(project.id) in str(each)] == []


def test_the_old_chain_is_kept_as_a_file_that_still_verifies(exported, outsider, caller_for, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "PART_BYTES", 1000)
    project = import_project(caller=caller_for(outsider), file=io.BytesIO(exported))

    assert b"".join(imported_file(project_id=project.id)) == exported
    event = Event.objects.of_project(project.id).get(action="project.imported")
    assert event.data["chain"]["seq"] == rows_of(exported)[0]["chain"]["seq"]
    again = b"".join(export_project(project_id=project.id))
    assert verify(again).counts["blob"] > len(event.data["file"]["parts"])


def test_import_of_the_file_of_an_import(exported, told, outsider, caller_for, contents):
    once = import_project(caller=caller_for(outsider), file=io.BytesIO(exported))
    file = b"".join(export_project(project_id=once.id))

    twice = import_project(caller=caller_for(outsider), file=io.BytesIO(file))

    assert contents(twice) == contents(told)
    assert b"".join(imported_file(project_id=twice.id)) == file


def test_a_repeat_with_the_same_reference_makes_one_project(exported, outsider, caller_for):
    caller = caller_for(outsider, client_ref=uuid4())

    first = import_project(caller=caller, file=io.BytesIO(exported))
    again = import_project(caller=caller, file=io.BytesIO(exported))

    assert (again.id, again.repeated) == (first.id, True)


def test_every_table_of_a_project_is_in_its_file_or_named_here():
    """A new table that belongs to projects is exported, or somebody says here why not (control c03)."""
    # Sessions, inboxes, unsent texts and marks of reading are private; passages and stays are derived from versions.
    # The counts of a meter are derived from calls, and its limits are this site's.
    derived = {model for model in apps.get_models() if model._meta.label == "runs.Meter"}
    not_records = derived | {Session, Passage, Stay, Notification, UnsentText, ReadMark}
    tables = {
        model
        for model in apps.get_models()
        for column in model._meta.concrete_fields
        if column.related_model is Project and model._meta.db_table not in TABLES_WITHOUT_RECORD
    }

    assert tables - not_records <= {Draft, Lease, Member} | {table.model for table in registry.EXPORTED_TABLES.values()}


def test_columns_of_every_kind_become_json():
    moment = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=2)))
    key = uuid4()

    values = [registry._as_json(each) for each in (moment, key, memoryview(b"seal"), [key], {"a": None}, 7)]

    assert values == ["2026-01-02T01:04:05.000006Z", str(key), "c2VhbA==", [str(key)], {"a": None}, 7]


def test_an_app_cannot_take_a_name_of_the_format():
    with pytest.raises(ValueError, match="format's own"):
        registry.EXPORTED_TABLES.register("draft", registry.ExportedTable(Draft))


def test_the_commands_go_the_whole_round(told, outsider, tmp_path, capsys, contents):
    file, kept = tmp_path / "project.jsonl", tmp_path / "kept.jsonl"

    call_command("export_project", str(told.id), str(file))
    call_command("verify_export", str(file))
    call_command("import_project", str(file), "--as", outsider.username, "--name", f"Copy {uuid4()}")

    made = capsys.readouterr().out.split()[-1]
    assert contents(Project.objects.get(pk=made)) == contents(told)
    call_command("imported_file", made, str(kept))
    assert kept.read_bytes() == file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    broken = file.read_bytes().replace(b"kind", b"mind", 1)
    file.write_bytes(broken)
    with pytest.raises(CommandError, match=r"^line \d+: "):
        call_command("verify_export", str(file))
    with pytest.raises(CommandError, match="no account"):
        call_command("import_project", str(file), "--as", "nobody-here")


TEXTS = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=30)
PATHS = st.sampled_from(["a.md", "b/c.txt", "é.yaml", "\U0001f600.json"])
EDITS = st.lists(
    st.one_of(
        st.fixed_dictionaries({"prompt_text": TEXTS}),
        st.fixed_dictionaries({"model_configuration": st.dictionaries(TEXTS, TEXTS, max_size=3)}),
        st.builds(lambda path, text: {f"files/{path}": {"content": text, "language": None}}, PATHS, TEXTS),
    ),
    max_size=6,
)


@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDITS)
def test_export_then_import_gives_the_same_content_hashes(
    committed_db, make_project, owner, caller_for, contents, edits
):
    project = make_project()
    writer = Writer(caller_for(owner), project)
    for changes in edits:
        save(writer, changes)

    file = b"".join(export_project(project_id=project.id))

    assert contents(import_project(caller=caller_for(owner), file=io.BytesIO(file))) == contents(project)


def test_comments_and_their_answers_are_in_the_file(told, editor, reviewer, caller_for):
    asked = create_comment(
        caller=caller_for(reviewer),
        project_id=told.id,
        version=1,
        target_field="prompt_text",
        text="Kind to whom?",
        anchor={"from_line": 1, "to_line": 1, "quote": 'Be "kind".'},
    )
    answer_comment(caller=caller_for(editor), comment_id=asked.id, text="To everybody.")

    rows = [row for row in rows_of(b"".join(export_project(project_id=told.id))) if row["type"] == "comment"]

    assert [(row["text"], row["thread_id"], row["quote"]) for row in rows] == [
        ("Kind to whom?", None, 'Be "kind".'),
        ("To everybody.", str(asked.id), ""),
    ]
    assert rows[0]["created_at"].endswith("Z")
