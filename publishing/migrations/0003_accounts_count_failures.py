"""Failed tries to sign, and the sessions in which somebody has signed, are counted with those of signing in."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_proving_oneself"), ("publishing", "0002_signed_records_never_change")]

    operations = [
        migrations.DeleteModel(name="SigningGuard"),
        migrations.RemoveIndex(model_name="signature", name="publishing_signed_in_session"),
    ]
