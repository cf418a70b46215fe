"""A project always has an owner when a transaction ends, and is never removed."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE FUNCTION projects_check_owner() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked uuid := CASE TG_TABLE_NAME
        WHEN 'projects_project' THEN (to_jsonb(NEW) ->> 'id')::uuid
        ELSE (to_jsonb(OLD) ->> 'project_id')::uuid
    END;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM projects_member WHERE project_id = checked AND role = 'owner') THEN
        RAISE EXCEPTION 'a project always has an owner' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
-- Deferred to the end of the transaction: a project and its first owner come together, and owners may change places.
CREATE CONSTRAINT TRIGGER projects_project_owned AFTER INSERT ON projects_project
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION projects_check_owner();
CREATE CONSTRAINT TRIGGER projects_member_owner_left AFTER UPDATE OR DELETE ON projects_member
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION projects_check_owner();
CREATE TRIGGER projects_project_kept_row BEFORE DELETE ON projects_project
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER projects_project_kept BEFORE TRUNCATE ON projects_project
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("projects", "0001_initial"),
    ]

    operations = [migrations.RunSQL(PROTECTION)]
