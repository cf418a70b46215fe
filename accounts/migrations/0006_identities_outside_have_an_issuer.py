"""Make issuer and subject the key of an identity outside: `<issuer> <subject>` in the column `uid`.

The issuer of a row from before is the one that its event names: the one in force when the identity was tied to the
account. A row without an event, which no release of Foundry wrote, gets none that could ever sign in.
"""

from django.db import migrations

ISSUERS = """
ALTER TABLE socialaccount_socialaccount ALTER COLUMN uid TYPE varchar(1024);
UPDATE socialaccount_socialaccount AS identity SET uid = coalesce(
    (
        SELECT event.canonical::jsonb -> 'data' ->> 'issuer' FROM audit_event AS event
        WHERE event.chain = 'site' AND event.action = 'account.outside_account_linked'
            AND event.target_type = 'user' AND event.target_id = identity.user_id::text
            AND event.canonical::jsonb -> 'data' ->> 'subject' = identity.uid
        ORDER BY event.seq DESC LIMIT 1
    ),
    'urn:foundry:unknown-issuer'
) || ' ' || identity.uid;
ALTER TABLE socialaccount_socialaccount ADD CONSTRAINT accounts_outside_identity_has_issuer
    CHECK (position(' ' in uid) > 1 AND position(' ' in uid) < length(uid));
"""
SUBJECTS = """
ALTER TABLE socialaccount_socialaccount DROP CONSTRAINT accounts_outside_identity_has_issuer;
UPDATE socialaccount_socialaccount SET uid = substr(uid, position(' ' in uid) + 1);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_proven_sessions_have_events"),
        ("audit", "0001_initial"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]

    operations = [migrations.RunSQL(ISSUERS, SUBJECTS)]
