"""A release changes once: it ends. A signature never changes, and only a person gives one, in review (c08, c09, c23)."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE FUNCTION publishing_release_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'in_review'
        OR NEW.state = 'in_review'
        OR (to_jsonb(NEW) - '{state,ended_at,ended_by_id,reason}'::text[]) IS DISTINCT FROM
           (to_jsonb(OLD) - '{state,ended_at,ended_by_id,reason}'::text[])
    THEN
        RAISE EXCEPTION 'a release changes once: it ends' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER publishing_release_once BEFORE UPDATE ON publishing_release
    FOR EACH ROW EXECUTE FUNCTION publishing_release_ends_once();
CREATE TRIGGER publishing_release_frozen BEFORE DELETE ON publishing_release
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER publishing_release_kept BEFORE TRUNCATE ON publishing_release
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

CREATE FUNCTION publishing_release_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'in_review'
        OR NOT EXISTS (SELECT 1 FROM drafts_draft WHERE id = NEW.draft_id AND project_id = NEW.project_id)
    THEN
        RAISE EXCEPTION 'a release begins in review, with a version of its own project'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER publishing_release_begins BEFORE INSERT ON publishing_release
    FOR EACH ROW EXECUTE FUNCTION publishing_release_fits();

CREATE FUNCTION publishing_signature_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM accounts_user WHERE id = NEW.signer_id AND kind = 'human' AND is_active) THEN
        RAISE EXCEPTION 'only people sign' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM publishing_release
        WHERE id = NEW.release_id AND project_id = NEW.project_id AND state = 'in_review'
    ) THEN
        RAISE EXCEPTION 'only a release in review is signed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
ALTER TABLE publishing_signature ADD CONSTRAINT publishing_signature_sealed CHECK (length(seal) = 64);
CREATE TRIGGER publishing_signature_given BEFORE INSERT ON publishing_signature
    FOR EACH ROW EXECUTE FUNCTION publishing_signature_allowed();
CREATE TRIGGER publishing_signature_frozen BEFORE UPDATE OR DELETE ON publishing_signature
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER publishing_signature_kept BEFORE TRUNCATE ON publishing_signature
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER publishing_policy_frozen BEFORE DELETE ON publishing_policy
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER publishing_policy_kept BEFORE TRUNCATE ON publishing_policy
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("publishing", "0001_initial")]

    operations = [migrations.RunSQL(PROTECTION)]
