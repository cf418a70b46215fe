"""The database itself keeps what was opened: legal steps only, rounds and votes for ever, votes of people only (c08)."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE FUNCTION proposals_proposal_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'private' THEN
            RAISE EXCEPTION 'a proposal that was opened is never removed'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'private' THEN
            RAISE EXCEPTION 'a proposal begins private' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state NOT IN ('private', 'open')
        OR (OLD.state = 'private' AND NEW.state NOT IN ('private', 'open'))
        OR (OLD.state = 'open' AND NEW.state = 'private')
        OR (NEW.id, NEW.project_id, NEW.author_id, NEW.origin_type, NEW.origin_id)
            IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.author_id, OLD.origin_type, OLD.origin_id)
        OR NEW.on_behalf_of_id IS DISTINCT FROM OLD.on_behalf_of_id
        OR (OLD.state = 'open'
            AND (NEW.number, NEW.opened_at) IS DISTINCT FROM (OLD.number, OLD.opened_at))
        OR NOT (NEW.draft_id IS NULL OR NEW.state = 'accepted' AND EXISTS (
            SELECT 1 FROM drafts_draft WHERE id = NEW.draft_id AND project_id = NEW.project_id))
    THEN
        RAISE EXCEPTION 'a proposal is opened once, ends once, and stays as it ended'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER proposals_proposal_steps BEFORE INSERT OR UPDATE OR DELETE ON proposals_proposal
    FOR EACH ROW EXECUTE FUNCTION proposals_proposal_step();
CREATE TRIGGER proposals_proposal_kept BEFORE TRUNCATE ON proposals_proposal
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

CREATE FUNCTION proposals_change_unended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM proposals_proposal
        WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.proposal_id ELSE NEW.proposal_id END
        AND state NOT IN ('private', 'open'))
    THEN
        RAISE EXCEPTION 'nothing is staged in a proposal that has ended'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER proposals_change_staged BEFORE INSERT OR UPDATE OR DELETE ON proposals_change
    FOR EACH ROW EXECUTE FUNCTION proposals_change_unended();

CREATE FUNCTION proposals_round_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM proposals_proposal
        WHERE id = NEW.proposal_id AND project_id = NEW.project_id AND state = 'open'
    ) OR NEW.number <> 1 + (SELECT count(*) FROM proposals_round WHERE proposal_id = NEW.proposal_id)
    THEN
        RAISE EXCEPTION 'a round is the next one of an open proposal of its own project'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER proposals_round_next BEFORE INSERT ON proposals_round
    FOR EACH ROW EXECUTE FUNCTION proposals_round_fits();
CREATE TRIGGER proposals_round_frozen BEFORE UPDATE OR DELETE ON proposals_round
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER proposals_round_kept BEFORE TRUNCATE ON proposals_round
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

CREATE FUNCTION proposals_vote_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM accounts_user WHERE id = NEW.person_id AND kind = 'human' AND is_active) THEN
        RAISE EXCEPTION 'only people vote' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM proposals_round AS voted
        JOIN proposals_proposal AS proposal ON proposal.id = voted.proposal_id
        WHERE voted.id = NEW.round_id AND voted.project_id = NEW.project_id AND proposal.state = 'open'
        AND voted.number = (SELECT max(number) FROM proposals_round WHERE proposal_id = proposal.id)
    ) THEN
        RAISE EXCEPTION 'a vote is on the newest round of an open proposal'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER proposals_vote_given BEFORE INSERT ON proposals_vote
    FOR EACH ROW EXECUTE FUNCTION proposals_vote_allowed();
CREATE TRIGGER proposals_vote_frozen BEFORE UPDATE OR DELETE ON proposals_vote
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER proposals_vote_kept BEFORE TRUNCATE ON proposals_vote
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("audit", "0001_initial"),
        ("drafts", "0015_accepted_proposals"),
        ("proposals", "0001_initial"),
    ]

    operations = [migrations.RunSQL(PROTECTION)]
