"""A comment that names a round is on one that is there, in its own project."""

from __future__ import annotations

from django.db import migrations

CREATE = """
ALTER TABLE drafts_comment ADD CONSTRAINT drafts_comment_round_id_fk
    FOREIGN KEY (round_id) REFERENCES proposals_round (id) DEFERRABLE INITIALLY DEFERRED;
CREATE FUNCTION proposals_comment_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM proposals_round WHERE id = NEW.round_id AND project_id = NEW.project_id) THEN
        RAISE EXCEPTION 'a comment is on a round of its own project'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER proposals_comment_on_round BEFORE INSERT ON drafts_comment
    FOR EACH ROW WHEN (NEW.round_id IS NOT NULL) EXECUTE FUNCTION proposals_comment_fits();
"""
REMOVE = """
DROP TRIGGER proposals_comment_on_round ON drafts_comment;
DROP FUNCTION proposals_comment_fits();
ALTER TABLE drafts_comment DROP CONSTRAINT drafts_comment_round_id_fk;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("drafts", "0018_comments_on_proposals"),
        ("proposals", "0003_accepted_by_people"),
    ]

    operations = [migrations.RunSQL(CREATE, REMOVE)]
