"""What was written stays: pads only grow, and their writers and revisions are append-only and without a gap."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE FUNCTION pads_pad_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.head <> 0 OR NEW.epoch <> 1 OR NEW.next_writer <> 1 OR NEW.recorded <> 0 THEN
            RAISE EXCEPTION 'a pad begins without revisions' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.project_id, NEW.created_by_id, NEW.created_at)
        IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.created_by_id, OLD.created_at)
    THEN
        RAISE EXCEPTION 'whose pad it is never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.head < OLD.head OR NEW.epoch < OLD.epoch OR NEW.next_writer < OLD.next_writer
        OR NEW.recorded < OLD.recorded OR (NEW.head = OLD.head AND NEW.log_hash IS DISTINCT FROM OLD.log_hash)
        OR (NEW.recorded = OLD.recorded AND NEW.recorded_hash IS DISTINCT FROM OLD.recorded_hash)
    THEN
        RAISE EXCEPTION 'a pad only grows' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.head > OLD.head AND (OLD.closed_at IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM pads_revision WHERE pad_id = NEW.id AND revision = NEW.head AND epoch = NEW.epoch))
    THEN
        RAISE EXCEPTION 'the head is a revision of a pad that is open' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pads_pad_steps BEFORE INSERT OR UPDATE ON pads_pad
    FOR EACH ROW EXECUTE FUNCTION pads_pad_step();
CREATE TRIGGER pads_pad_kept BEFORE DELETE ON pads_pad
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER pads_pad_all_kept BEFORE TRUNCATE ON pads_pad
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

CREATE TRIGGER pads_writer_frozen BEFORE UPDATE OR DELETE ON pads_writer
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER pads_writer_kept BEFORE TRUNCATE ON pads_writer
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

CREATE FUNCTION pads_revision_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM added WHERE revision > 1 AND NOT EXISTS (
            SELECT 1 FROM pads_revision AS before
            WHERE before.pad_id = added.pad_id AND before.revision = added.revision - 1))
        OR EXISTS (
            SELECT 1 FROM added WHERE NOT EXISTS (
                SELECT 1 FROM pads_writer AS writer
                WHERE writer.pad_id = added.pad_id AND writer.number = added.writer
                AND writer.user_id IS NOT DISTINCT FROM added.user_id))
    THEN
        RAISE EXCEPTION 'a revision is the next one, by a writer of its pad'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER pads_revision_next AFTER INSERT ON pads_revision
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION pads_revision_fits();
CREATE TRIGGER pads_revision_frozen BEFORE UPDATE OR DELETE ON pads_revision
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER pads_revision_kept BEFORE TRUNCATE ON pads_revision
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("pads", "0001_initial"),
    ]

    operations = [migrations.RunSQL(PROTECTION)]
