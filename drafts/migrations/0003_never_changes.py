"""A version is never changed or removed, by whatever door (control c08)."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE TRIGGER drafts_draft_frozen BEFORE UPDATE OR DELETE ON drafts_draft
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER drafts_draft_kept BEFORE TRUNCATE ON drafts_draft
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("drafts", "0002_belongs_to_project"),
    ]

    operations = [migrations.RunSQL(PROTECTION)]
