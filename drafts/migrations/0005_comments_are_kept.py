"""A comment is never edited or removed; only its state moves on, and never back from withdrawn (control c08)."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE FUNCTION drafts_comment_state_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'withdrawn'
        OR NEW.state = OLD.state
        OR NEW.state_at IS NULL
        OR NEW.state_by_id IS NULL
        OR (to_jsonb(NEW) - '{state,state_at,state_by_id}'::text[]) IS DISTINCT FROM
           (to_jsonb(OLD) - '{state,state_at,state_by_id}'::text[])
    THEN
        RAISE EXCEPTION 'a comment never changes: it is resolved, reopened or withdrawn'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER drafts_comment_kept_as_said BEFORE UPDATE ON drafts_comment
    FOR EACH ROW EXECUTE FUNCTION drafts_comment_state_only();
CREATE TRIGGER drafts_comment_frozen BEFORE DELETE ON drafts_comment
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER drafts_comment_kept BEFORE TRUNCATE ON drafts_comment
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("drafts", "0004_comments"),
    ]

    operations = [migrations.RunSQL(PROTECTION)]
