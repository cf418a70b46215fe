"""A task is never removed, and what it began as never changes (control c08)."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE FUNCTION drafts_task_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - '{text,assignee_id,done_at,done_by_id}'::text[]) IS DISTINCT FROM
       (to_jsonb(OLD) - '{text,assignee_id,done_at,done_by_id}'::text[])
    THEN
        RAISE EXCEPTION 'of a task only its text, assignee and tick change'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER drafts_task_kept_as_begun BEFORE UPDATE ON drafts_task
    FOR EACH ROW EXECUTE FUNCTION drafts_task_changes();
CREATE TRIGGER drafts_task_frozen BEFORE DELETE ON drafts_task
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER drafts_task_kept BEFORE TRUNCATE ON drafts_task
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("drafts", "0006_tasks"),
    ]

    operations = [migrations.RunSQL(PROTECTION)]
