"""What an access token may do: those that exist may write, as they could. It never changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_identities_outside_have_an_issuer"),
    ]

    operations = [
        migrations.AddField(
            model_name="personalaccesstoken",
            name="scope",
            # A default of the database's too: a node of the release before may still make tokens.
            field=models.CharField(
                choices=[("read", "Read only"), ("write", "Read and write")],
                db_default="write",
                default="write",
                max_length=5,
            ),
        ),
        migrations.AddConstraint(
            model_name="personalaccesstoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope__in", ["read", "write"])), name="accounts_token_scope_known"
            ),
        ),
        migrations.RunSQL(
            """
            CREATE TRIGGER accounts_token_scope_stays BEFORE UPDATE ON accounts_personalaccesstoken
            FOR EACH ROW WHEN (OLD.scope IS DISTINCT FROM NEW.scope)
            EXECUTE FUNCTION accounts_refuse('what a token may do never changes')
            """,
            "DROP TRIGGER accounts_token_scope_stays ON accounts_personalaccesstoken",
        ),
    ]
