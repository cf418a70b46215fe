"""A preview that was drawn or given up never changes: a page shows what the worker drew of the file, and nothing else."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE TRIGGER blobs_preview_ended BEFORE UPDATE ON blobs_preview
    FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("blobs", "0004_previews"),
    ]

    operations = [migrations.RunSQL(PROTECTION)]
