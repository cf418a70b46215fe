"""What a copied checkpoint vouches for is one of the copied events; contents that they name are asked for by hash."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Cast

CHECKPOINTS = """
CREATE FUNCTION replication_checkpoint_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM replication_copiedevent
        WHERE project_id = NEW.project_id AND seq = NEW.seq AND hash = NEW.hash
    ) THEN
        RAISE EXCEPTION 'checkpoint % vouches for an event that is not here', NEW.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER replication_copiedcheckpoint_fit BEFORE INSERT ON replication_copiedcheckpoint
    FOR EACH ROW EXECUTE FUNCTION replication_checkpoint_fits();
"""

CONTENTS = """
CREATE FUNCTION replication_wantedcontent_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.project_id, NEW.kind, NEW.hash) IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.kind, OLD.hash)
        OR OLD.blob_id IS NOT NULL
    THEN
        RAISE EXCEPTION 'a content comes once, and which one it is never changes'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER replication_wantedcontent_steps BEFORE UPDATE ON replication_wantedcontent
    FOR EACH ROW EXECUTE FUNCTION replication_wantedcontent_step();
CREATE TRIGGER replication_wantedcontent_stays BEFORE DELETE ON replication_wantedcontent
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER replication_wantedcontent_kept BEFORE TRUNCATE ON replication_wantedcontent
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("blobs", "0001_initial"),
        ("replication", "0002_what_came_stays"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="copiedevent",
            name="action",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    Cast(models.F("canonical"), models.JSONField()),
                    models.Value("action"),
                    function="jsonb_extract_path_text",
                    output_field=models.TextField(),
                ),
                output_field=models.TextField(),
            ),
        ),
        migrations.AddIndex(
            model_name="copiedevent",
            index=models.Index(fields=["project", "action", "seq"], name="replication_copied_action"),
        ),
        migrations.RemoveConstraint(model_name="copiedcheckpoint", name="replication_copiedcheckpoint_once"),
        migrations.AddField(
            model_name="copiedcheckpoint",
            name="number",
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="copiedcheckpoint",
            constraint=models.UniqueConstraint(fields=("project", "seq"), name="replication_copiedcheckpoint_once"),
        ),
        migrations.RunSQL(CHECKPOINTS),
        migrations.CreateModel(
            name="WantedContent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("sha256", "Text"), ("blake3", "File")], max_length=6)),
                ("hash", models.CharField(max_length=64)),
                ("asked_at", models.DateTimeField()),
                ("kept_at", models.DateTimeField(null=True)),
                ("upload", models.UUIDField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "blob",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="blobs.blob"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("blob__isnull", True)),
                        fields=["project"],
                        name="replication_wanted_missing",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("project", "kind", "hash"), name="replication_wanted_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["sha256", "blake3"])), name="replication_wanted_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hash__regex", "^[0-9a-f]{64}$")), name="replication_wanted_hash_shape"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("blob__isnull", True), ("kept_at__isnull", True)),
                            models.Q(("blob__isnull", False), ("kept_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="replication_wanted_kept_with_blob",
                    ),
                ],
            },
        ),
        migrations.RunSQL(CONTENTS),
    ]
