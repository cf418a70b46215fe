"""Revoked keys: what a site sealed about one stays as it is."""

from __future__ import annotations

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

STAYS = """
ALTER TABLE registers_keyrevocation ADD CONSTRAINT registers_keyrevocation_sizes CHECK (
    octet_length(public_key) = 32 AND octet_length(site_key) = 32 AND octet_length(seal) = 64
    AND octet_length(last_bundle) = 32 AND (last_number = 0) = (last_bundle IS NULL)
);
CREATE TRIGGER registers_keyrevocation_frozen BEFORE UPDATE OR DELETE ON registers_keyrevocation
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER registers_keyrevocation_kept BEFORE TRUNCATE ON registers_keyrevocation
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0005_replicas"),
        ("registers", "0004_overlays"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyRevocation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("public_key", models.BinaryField()),
                ("site_key", models.BinaryField()),
                ("last_number", models.PositiveIntegerField()),
                ("last_bundle", models.BinaryField(null=True)),
                ("text", models.TextField()),
                ("seal", models.BinaryField()),
                ("at", models.DateTimeField()),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.project"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "site_key", "public_key"), name="registers_keyrevocation_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(STAYS),
    ]
