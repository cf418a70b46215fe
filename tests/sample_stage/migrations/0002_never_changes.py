"""A note is never changed or removed."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE TRIGGER sample_stage_note_frozen BEFORE UPDATE OR DELETE ON sample_stage_note
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER sample_stage_note_kept BEFORE TRUNCATE ON sample_stage_note
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("sample_stage", "0001_initial"),
    ]

    operations = [migrations.RunSQL(PROTECTION)]
