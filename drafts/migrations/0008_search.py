"""The index that search reads, and what a word is to it."""

from __future__ import annotations

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import drafts.search.words

# As `drafts.search.words`: ASCII punctuation parts words. Functions of their own, so that the indexes and every query
# mean the same; they call nothing outside pg_catalog, since a restore makes the indexes with an empty search path.
_WORDS_OF = """pg_catalog.to_tsvector(
        'pg_catalog.simple'::pg_catalog.regconfig,
        pg_catalog.translate({text}, $$!"#$%&'()*+,-./:;<=>?@[\\]^_`{{|}}~$$, pg_catalog.repeat(' ', 32))
    )"""
WORDS = f"""
CREATE FUNCTION drafts_words(text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $words$
    SELECT {_WORDS_OF.format(text="$1")}
$words$;
CREATE FUNCTION drafts_passage_words(uuid, text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $words$
    SELECT {_WORDS_OF.format(text="$2")}
        OPERATOR(pg_catalog.||) pg_catalog.array_to_tsvector(ARRAY[$1::pg_catalog.text])
$words$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("blobs", "0002_never_changes"),
        ("drafts", "0007_tasks_are_kept"),
        ("projects", "0002_always_an_owner"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(WORDS),
        migrations.CreateModel(
            name="Passage",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField(help_text="BLAKE2b of the text, 16 bytes.", max_length=16)),
                ("text", models.TextField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Stay",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("field", models.CharField(max_length=1100)),
                ("digest", models.BinaryField(help_text="The passage's.", max_length=16)),
                ("since_version", models.PositiveIntegerField()),
                (
                    "until_version",
                    models.PositiveIntegerField(help_text="The first version without it; NULL: current.", null=True),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.RemoveIndex(
            model_name="comment",
            name="drafts_comment_words",
        ),
        migrations.AddIndex(
            model_name="comment",
            index=django.contrib.postgres.indexes.GinIndex(
                drafts.search.words.Words("text"), name="drafts_comment_words"
            ),
        ),
        migrations.AddField(
            model_name="passage",
            name="project",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.project"
            ),
        ),
        migrations.AddField(
            model_name="stay",
            name="project",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.project"
            ),
        ),
        migrations.AddIndex(
            model_name="passage",
            index=django.contrib.postgres.indexes.GinIndex(
                drafts.search.words.PassageWords("project", "text"), name="drafts_passage_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="passage",
            constraint=models.UniqueConstraint(fields=("digest", "project"), name="drafts_passage_once"),
        ),
        migrations.AddIndex(
            model_name="stay",
            index=models.Index(fields=["project", "digest"], name="drafts_stay_passage"),
        ),
        migrations.AddConstraint(
            model_name="stay",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until_version__isnull", True)),
                fields=("project", "field", "digest"),
                name="drafts_stay_once_in_current",
            ),
        ),
        migrations.AddConstraint(
            model_name="stay",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until_version__isnull", True), ("until_version__gt", models.F("since_version")), _connector="OR"
                ),
                name="drafts_stay_in_order",
            ),
        ),
    ]
