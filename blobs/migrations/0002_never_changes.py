"""Content is never changed or removed, by whatever door (control c08)."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE TRIGGER blobs_blob_frozen BEFORE UPDATE OR DELETE ON blobs_blob
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER blobs_blob_kept BEFORE TRUNCATE ON blobs_blob
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("blobs", "0001_initial"),
    ]

    operations = [migrations.RunSQL(PROTECTION)]
