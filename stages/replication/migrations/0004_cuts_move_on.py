"""The cut of a revoked site may move on, to what another site had accepted of it; never back."""

from __future__ import annotations

from django.db import migrations

STEP = """
CREATE OR REPLACE FUNCTION replication_peer_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.project_id, NEW.key) IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.key) THEN
        RAISE EXCEPTION 'which site it is never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NOT NULL
        AND (NEW.revoked_at, NEW.cut_number, NEW.cut_hash)
            IS DISTINCT FROM (OLD.revoked_at, OLD.cut_number, OLD.cut_hash)
        AND (NEW.revoked_at <> OLD.revoked_at OR coalesce(NEW.cut_number, 0) <= coalesce(OLD.cut_number, 0))
    THEN
        RAISE EXCEPTION 'a cut only moves on' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("replication", "0003_contents_of_the_record")]

    operations = [migrations.RunSQL(STEP)]
