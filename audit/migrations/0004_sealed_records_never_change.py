"""Keys and checkpoints are never changed or removed, by whatever door (control c08)."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
ALTER TABLE audit_sitekey ADD CONSTRAINT audit_sitekey_names_itself
    CHECK (length(public_key) = 32 AND fingerprint = encode(sha256(public_key), 'hex'));
ALTER TABLE audit_checkpoint ADD CONSTRAINT audit_checkpoint_sealed CHECK (length(signature) = 64);
CREATE TRIGGER audit_sitekey_frozen BEFORE UPDATE OR DELETE ON audit_sitekey
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER audit_sitekey_kept BEFORE TRUNCATE ON audit_sitekey
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER audit_checkpoint_frozen BEFORE UPDATE OR DELETE ON audit_checkpoint
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER audit_checkpoint_kept BEFORE TRUNCATE ON audit_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_site_keys_and_checkpoints")]

    operations = [migrations.RunSQL(PROTECTION)]
