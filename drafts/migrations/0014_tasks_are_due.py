"""A task may have a due date, which may change. Those that exist have none."""

from django.db import migrations, models

CHANGES = """
CREATE OR REPLACE FUNCTION drafts_task_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - '{text,assignee_id,due_on,done_at,done_by_id}'::text[]) IS DISTINCT FROM
       (to_jsonb(OLD) - '{text,assignee_id,due_on,done_at,done_by_id}'::text[])
    THEN
        RAISE EXCEPTION 'of a task only its text, assignee, due date and tick change'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("drafts", "0013_reading_marks")]

    operations = [
        migrations.AddField(model_name="task", name="due_on", field=models.DateField(null=True)),
        migrations.RunSQL(CHANGES),
    ]
