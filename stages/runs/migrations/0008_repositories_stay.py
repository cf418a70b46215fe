"""Which repository a row means never changes, and none is deleted."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE FUNCTION runs_repository_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.project_id, NEW.url, NEW.created_at, NEW.created_by_id)
        IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.url, OLD.created_at, OLD.created_by_id)
    THEN
        RAISE EXCEPTION 'the address of a repository never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER runs_repository_changes BEFORE UPDATE ON runs_repository
    FOR EACH ROW EXECUTE FUNCTION runs_repository_stays();
CREATE TRIGGER runs_repository_kept BEFORE DELETE ON runs_repository
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER runs_repository_all_kept BEFORE TRUNCATE ON runs_repository
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("runs", "0007_repositories"),
    ]

    operations = [migrations.RunSQL(PROTECTION)]
