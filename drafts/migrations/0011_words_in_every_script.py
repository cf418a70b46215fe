"""Words are folded and cut by `drafts.search.words` instead of Postgres, and what is there is indexed anew."""

from __future__ import annotations

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.apps.registry import Apps
from django.db import connection, migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from drafts.search.indexing import VersionIndex
from drafts.search.words import index_text
from projects.fields import CONFIGURATION, FILES, PROMPT

AT_ONCE = 2_000
UPDATE = """
UPDATE drafts_passage SET words = new.words::tsvector
FROM unnest(%s::bigint[], %s::text[]) AS new (id, words) WHERE drafts_passage.id = new.id
"""
KEEP_COMMENTS = """
INSERT INTO drafts_commentwords (comment_id, words)
SELECT new.id, new.words::tsvector FROM unnest(%s::uuid[], %s::text[]) AS new (id, words)
"""


def index_what_is_there(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    passages = apps.get_model("drafts", "Passage").objects
    if passages.exists():
        _write(UPDATE, passages.order_by("id").values_list("id", "text", "project_id"))
    else:
        index_all(apps, schema_editor)
    comments = apps.get_model("drafts", "Comment").objects
    _write(KEEP_COMMENTS, comments.order_by("id").values_list("id", "text", "project_id"))


def index_all(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Index the versions that were saved before there was an index."""
    drafts = apps.get_model("drafts", "Draft").objects.order_by("project_id", "version_number")
    project, before = None, {}
    for draft in drafts.iterator(chunk_size=50):
        if draft.project_id != project:
            project, before = draft.project_id, {}
        after = {PROMPT: draft.prompt_id, CONFIGURATION: draft.configuration_id}
        after |= {FILES + path: file["sha256"] for path, file in draft.files.items()}
        after = {name: digest for name, digest in after.items() if digest}
        index = VersionIndex(project_id=project, version=draft.version_number, before=before)
        index.follow({name: after.get(name) for name in draft.changed_fields})
        before = after


def _write(sql: str, rows: models.QuerySet) -> None:
    some: list[tuple[object, str]] = []
    for identity, text, project in rows.iterator(chunk_size=AT_ONCE):
        some.append((identity, index_text(text, project)))
        if len(some) == AT_ONCE:
            _execute(sql, some)
            some = []
    _execute(sql, some)


def _execute(sql: str, rows: list[tuple[object, str]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [[identity for identity, _ in rows], [words for _, words in rows]])


class Migration(migrations.Migration):
    dependencies = [
        ("drafts", "0010_unsent_texts"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="comment", name="drafts_comment_words"),
        migrations.RemoveIndex(model_name="passage", name="drafts_passage_words"),
        migrations.RunSQL("DROP FUNCTION drafts_words(text); DROP FUNCTION drafts_passage_words(uuid, text);"),
        migrations.AddField(
            model_name="passage",
            name="words",
            field=django.contrib.postgres.search.SearchVectorField(
                default="", help_text="See `drafts.search.words.index_text`."
            ),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="CommentWords",
            fields=[
                (
                    "comment",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="indexed",
                        serialize=False,
                        to="drafts.comment",
                    ),
                ),
                (
                    "words",
                    django.contrib.postgres.search.SearchVectorField(help_text="See `drafts.search.words.index_text`."),
                ),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunPython(index_what_is_there, migrations.RunPython.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.AddIndex(
            model_name="passage",
            index=django.contrib.postgres.indexes.GinIndex(fields=["words"], name="drafts_passage_words"),
        ),
        migrations.AddIndex(
            model_name="commentwords",
            index=django.contrib.postgres.indexes.GinIndex(fields=["words"], name="drafts_comment_words"),
        ),
    ]
