"""What is signed stays: bundles, operations and keys are append-only, and a key is revoked once."""

from __future__ import annotations

from django.db import migrations

LOG = """
ALTER TABLE registers_bundle ADD CONSTRAINT registers_bundle_sizes CHECK (
    octet_length(site_key) = 32 AND octet_length(actor_key) = 32 AND octet_length(hash) = 32
    AND octet_length(hlc) = 12 AND octet_length(first_hlc) = 12 AND octet_length(received_from) = 32
    AND number >= 1 AND count >= 1 AND octet_length(header) <= 131072
);
CREATE TRIGGER registers_bundle_frozen BEFORE UPDATE OR DELETE ON registers_bundle
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER registers_bundle_kept BEFORE TRUNCATE ON registers_bundle
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

ALTER TABLE registers_operation ADD CONSTRAINT registers_operation_sizes CHECK (
    octet_length(hlc) = 12 AND octet_length(signature) = 64 AND octet_length(text) <= 8388608
);
CREATE FUNCTION registers_operation_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM added JOIN registers_bundle AS bundle ON bundle.arrival = added.bundle_id
        WHERE bundle.project_id <> added.project_id OR added.position >= bundle.count)
    THEN
        RAISE EXCEPTION 'an operation belongs to a bundle of its project'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER registers_operation_of_bundle AFTER INSERT ON registers_operation
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION registers_operation_fits();
CREATE TRIGGER registers_operation_frozen BEFORE UPDATE OR DELETE ON registers_operation
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER registers_operation_kept BEFORE TRUNCATE ON registers_operation
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""

KEYS = """
ALTER TABLE registers_actorkey ADD CONSTRAINT registers_actorkey_sizes CHECK (
    octet_length(public_key) = 32 AND octet_length(site_key) = 32 AND octet_length(seal) = 64
    AND octet_length(last_bundle) = 32
);
CREATE FUNCTION registers_actorkey_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.public_key, NEW.user_id, NEW.site_key, NEW.certificate, NEW.seal, NEW.created_at)
        IS DISTINCT FROM (OLD.id, OLD.public_key, OLD.user_id, OLD.site_key, OLD.certificate, OLD.seal, OLD.created_at)
    THEN
        RAISE EXCEPTION 'whose key it is never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.revoked_at IS NOT NULL
        AND (NEW.revoked_at, NEW.last_bundle) IS DISTINCT FROM (OLD.revoked_at, OLD.last_bundle)
    THEN
        RAISE EXCEPTION 'a key is revoked once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.revoked_at IS NULL AND NEW.last_bundle IS NOT NULL THEN
        RAISE EXCEPTION 'a key that is in use has no last bundle' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER registers_actorkey_steps BEFORE UPDATE ON registers_actorkey
    FOR EACH ROW EXECUTE FUNCTION registers_actorkey_step();
CREATE TRIGGER registers_actorkey_kept BEFORE DELETE ON registers_actorkey
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER registers_actorkey_all_kept BEFORE TRUNCATE ON registers_actorkey
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("registers", "0001_initial"),
    ]

    operations = [migrations.RunSQL(sql) for sql in (LOG, KEYS)]
