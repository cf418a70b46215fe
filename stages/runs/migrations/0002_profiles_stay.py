"""What a profile means never changes, and no profile is removed."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE FUNCTION runs_modelprofile_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.name, NEW.provider, NEW.model_name, NEW.base_url, NEW.agent_id, NEW.created_at, NEW.created_by_id)
            IS DISTINCT FROM
            (OLD.id, OLD.name, OLD.provider, OLD.model_name, OLD.base_url, OLD.agent_id, OLD.created_at,
             OLD.created_by_id)
        OR NEW.project_id IS DISTINCT FROM OLD.project_id
    THEN
        RAISE EXCEPTION 'name, provider, model, address and agent of a profile never change'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER runs_modelprofile_changes BEFORE UPDATE ON runs_modelprofile
    FOR EACH ROW EXECUTE FUNCTION runs_modelprofile_stays();
CREATE TRIGGER runs_modelprofile_kept BEFORE DELETE ON runs_modelprofile
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER runs_modelprofile_all_kept BEFORE TRUNCATE ON runs_modelprofile
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("runs", "0001_initial"),
    ]

    operations = [migrations.RunSQL(PROTECTION)]
