"""An execution keeps its generation and, once it runs, when it started."""

from __future__ import annotations

from django.db import migrations

KEPT = """
CREATE FUNCTION automation_execution_start_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.generation <> OLD.generation
        OR (OLD.started_at IS NOT NULL AND NEW.started_at IS DISTINCT FROM OLD.started_at)
    THEN
        RAISE EXCEPTION 'how and when an execution started never changes'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER automation_execution_keeps_start BEFORE UPDATE ON automation_execution
    FOR EACH ROW EXECUTE FUNCTION automation_execution_start_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("automation", "0004_changes_wait"),
    ]

    operations = [migrations.RunSQL(KEPT)]
