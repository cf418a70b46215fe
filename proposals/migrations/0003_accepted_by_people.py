"""The database itself takes acceptances by people only, and keeps what an ended proposal had staged (c08)."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE FUNCTION proposals_accepted_by_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM accounts_user WHERE id = NEW.ended_by_id AND kind = 'human') THEN
        RAISE EXCEPTION 'only people accept and reject' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER proposals_proposal_decided BEFORE UPDATE ON proposals_proposal
    FOR EACH ROW WHEN (NEW.state IN ('accepted', 'rejected')) EXECUTE FUNCTION proposals_accepted_by_person();

CREATE OR REPLACE FUNCTION proposals_change_unended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND EXISTS (
        SELECT 1 FROM proposals_proposal WHERE id = OLD.proposal_id AND state NOT IN ('private', 'open'))
    OR TG_OP <> 'DELETE' AND EXISTS (
        SELECT 1 FROM proposals_proposal WHERE id = NEW.proposal_id AND state NOT IN ('private', 'open'))
    THEN
        RAISE EXCEPTION 'nothing is staged in a proposal that has ended'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("proposals", "0002_legal_steps_only")]

    operations = [migrations.RunSQL(PROTECTION)]
