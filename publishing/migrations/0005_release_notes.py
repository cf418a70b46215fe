"""Release notes: revisions that never change, written while the release is in review and nobody has signed it."""

from __future__ import annotations

import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

PROTECTION = """
CREATE FUNCTION publishing_notes_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM publishing_release
        WHERE id = NEW.release_id AND project_id = NEW.project_id AND state = 'in_review'
    ) THEN
        RAISE EXCEPTION 'only a release in review gets notes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM publishing_signature WHERE release_id = NEW.release_id) THEN
        RAISE EXCEPTION 'signatures cover the release notes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER publishing_notes_written BEFORE INSERT ON publishing_releasenotes
    FOR EACH ROW EXECUTE FUNCTION publishing_notes_allowed();
CREATE TRIGGER publishing_notes_frozen BEFORE UPDATE OR DELETE ON publishing_releasenotes
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER publishing_notes_kept BEFORE TRUNCATE ON publishing_releasenotes
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0004_status_words"),
        ("publishing", "0004_authors_wrote_the_text"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReleaseNotes",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("revision", models.PositiveSmallIntegerField(help_text="1, 2, 3 … for each release.")),
                ("text", models.CharField(blank=True, max_length=10000)),
                ("written_at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.project"
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes_revisions",
                        to="publishing.release",
                    ),
                ),
            ],
            options={
                "verbose_name": "release notes",
                "verbose_name_plural": "release notes",
                "ordering": ["release", "revision"],
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("revision__gte", 1)), name="publishing_notes_numbered"),
                    models.UniqueConstraint(fields=("release", "revision"), name="publishing_notes_revision_once"),
                ],
            },
        ),
        migrations.RunSQL(PROTECTION),
    ]
