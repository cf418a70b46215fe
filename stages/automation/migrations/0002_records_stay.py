"""Packages never change, switches stay those of their rule or script, executions go step by step and end once."""

from __future__ import annotations

from django.db import migrations

PACKAGES = """
CREATE TRIGGER automation_package_frozen BEFORE UPDATE OR DELETE ON automation_package
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER automation_package_kept BEFORE TRUNCATE ON automation_package
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

CREATE FUNCTION automation_installation_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.user_id, NEW.name) IS DISTINCT FROM (OLD.id, OLD.user_id, OLD.name) THEN
        RAISE EXCEPTION 'whose installation of which module it is never changes'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM automation_package WHERE id = NEW.package_id AND name = NEW.name) THEN
        RAISE EXCEPTION 'an installation is of a package of its module'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER automation_installation_of_package BEFORE INSERT OR UPDATE ON automation_installation
    FOR EACH ROW EXECUTE FUNCTION automation_installation_fits();
"""

SWITCHES = """
CREATE FUNCTION automation_switch_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.project_id, NEW.kind, NEW.record) IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.kind, OLD.record)
    THEN
        RAISE EXCEPTION 'what a switch is for never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER automation_switch_changes BEFORE UPDATE ON automation_switch
    FOR EACH ROW EXECUTE FUNCTION automation_switch_stays();
CREATE TRIGGER automation_switch_kept BEFORE DELETE ON automation_switch
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER automation_switch_all_kept BEFORE TRUNCATE ON automation_switch
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""

EXECUTIONS = """
CREATE FUNCTION automation_execution_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'queued' OR NEW.attempt <> 0 THEN
            RAISE EXCEPTION 'an execution begins queued' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state IN ('succeeded', 'failed', 'stopped') THEN
        RAISE EXCEPTION 'an execution ends once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.id, NEW.project_id, NEW.script, NEW.name, NEW.sha256, NEW.cause, NEW.person_id, NEW.args, NEW.created_at)
        IS DISTINCT FROM
        (OLD.id, OLD.project_id, OLD.script, OLD.name, OLD.sha256, OLD.cause, OLD.person_id, OLD.args, OLD.created_at)
        OR NEW.attempt < OLD.attempt
        OR (NEW.changes IS DISTINCT FROM OLD.changes AND OLD.attempt > 0)
    THEN
        RAISE EXCEPTION 'what an execution is of never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state = 'queued' AND NEW.state = 'succeeded' THEN
        RAISE EXCEPTION 'an execution runs before it succeeds' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER automation_execution_steps BEFORE INSERT OR UPDATE ON automation_execution
    FOR EACH ROW EXECUTE FUNCTION automation_execution_step();
CREATE TRIGGER automation_execution_kept BEFORE DELETE ON automation_execution
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER automation_execution_all_kept BEFORE TRUNCATE ON automation_execution
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("automation", "0001_initial"),
    ]

    operations = [migrations.RunSQL(sql) for sql in (PACKAGES, SWITCHES, EXECUTIONS)]
