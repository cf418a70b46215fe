"""Let the database itself keep accounts for ever (21 CFR 11.100a), and make the service user ``foundry``."""

from django.db import migrations
from uuid_utils.compat import uuid7

KEEP_ACCOUNTS = """
CREATE FUNCTION accounts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER accounts_user_kept BEFORE DELETE ON accounts_user
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse('accounts are deactivated, never deleted');
CREATE TRIGGER accounts_user_never_emptied BEFORE TRUNCATE ON accounts_user
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse('accounts are deactivated, never deleted');
CREATE TRIGGER accounts_user_identity_fixed BEFORE UPDATE ON accounts_user
    FOR EACH ROW WHEN ((OLD.id, OLD.username, OLD.kind) IS DISTINCT FROM (NEW.id, NEW.username, NEW.kind))
    EXECUTE FUNCTION accounts_refuse('id, user name and kind of an account never change');

CREATE TRIGGER accounts_token_kept BEFORE DELETE ON accounts_personalaccesstoken
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse('tokens are revoked, never deleted');
CREATE TRIGGER accounts_token_never_emptied BEFORE TRUNCATE ON accounts_personalaccesstoken
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse('tokens are revoked, never deleted');
CREATE TRIGGER accounts_token_stays_revoked BEFORE UPDATE ON accounts_personalaccesstoken
    FOR EACH ROW WHEN (OLD.revoked_at IS NOT NULL AND OLD.revoked_at IS DISTINCT FROM NEW.revoked_at)
    EXECUTE FUNCTION accounts_refuse('a revoked token stays revoked');
"""

FORGET = """
DROP TRIGGER accounts_token_stays_revoked ON accounts_personalaccesstoken;
DROP TRIGGER accounts_token_never_emptied ON accounts_personalaccesstoken;
DROP TRIGGER accounts_token_kept ON accounts_personalaccesstoken;
DROP TRIGGER accounts_user_identity_fixed ON accounts_user;
DROP TRIGGER accounts_user_never_emptied ON accounts_user;
DROP TRIGGER accounts_user_kept ON accounts_user;
DROP FUNCTION accounts_refuse();
"""


def make_service_user(apps, schema_editor):
    """``foundry`` acts for sweeper, jobs and failed sign-ins; its password is of no use to anybody ('!')."""
    apps.get_model("accounts", "User").objects.create(
        id=uuid7(),
        username="foundry",
        display_name="Foundry",
        kind="service",
        password="!",  # noqa: S106 (unusable)
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunPython(make_service_user, migrations.RunPython.noop, elidable=False),
        migrations.RunSQL(KEEP_ACCOUNTS, FORGET),
    ]
