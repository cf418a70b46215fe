"""A meter stays that of its project or profile; what a call can cost is fixed when it begins, losses are counted up."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE FUNCTION runs_meter_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.project_id, NEW.profile_id) IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.profile_id)
        OR NEW.month < OLD.month
    THEN
        RAISE EXCEPTION 'a meter stays that of its project or model, and its month never goes back'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER runs_meter_changes BEFORE UPDATE ON runs_meter
    FOR EACH ROW EXECUTE FUNCTION runs_meter_stays();
CREATE TRIGGER runs_meter_kept BEFORE DELETE ON runs_meter
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER runs_meter_all_kept BEFORE TRUNCATE ON runs_meter
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

CREATE FUNCTION runs_call_costs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.worst_cost <> OLD.worst_cost OR (NEW.outcome <> '' AND NEW.month = '') THEN
        RAISE EXCEPTION 'what a call can cost is fixed when it begins, and it counts in the month of its end'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER runs_call_costs BEFORE UPDATE ON runs_call
    FOR EACH ROW EXECUTE FUNCTION runs_call_costs();

CREATE FUNCTION runs_run_losses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.losses NOT IN (OLD.losses, OLD.losses + 1) OR (NEW.losses <> OLD.losses AND OLD.status <> 'RUNNING') THEN
        RAISE EXCEPTION 'the losses of a run are counted one by one' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER runs_run_losses BEFORE UPDATE ON runs_run
    FOR EACH ROW EXECUTE FUNCTION runs_run_losses();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("runs", "0009_meters"),
    ]

    operations = [migrations.RunSQL(PROTECTION)]
