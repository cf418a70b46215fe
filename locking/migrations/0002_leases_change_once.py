"""A lease may change once: it ends, with a reason. It is never removed (control c08)."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE FUNCTION locking_lease_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL
        OR NEW.ended_at IS NULL
        OR (to_jsonb(NEW) - '{ended_at,end_reason}'::text[]) IS DISTINCT FROM
           (to_jsonb(OLD) - '{ended_at,end_reason}'::text[])
    THEN
        RAISE EXCEPTION 'a lease changes once: it ends' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER locking_lease_once BEFORE UPDATE ON locking_lease
    FOR EACH ROW EXECUTE FUNCTION locking_lease_ends_once();
CREATE TRIGGER locking_lease_frozen BEFORE DELETE ON locking_lease
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER locking_lease_kept BEFORE TRUNCATE ON locking_lease
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("locking", "0001_initial"),
    ]

    operations = [migrations.RunSQL(PROTECTION)]
