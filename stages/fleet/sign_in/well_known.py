"""What programs find at the addresses that RFC 8615 keeps for them."""

from __future__ import annotations

from kernel.late import late_path

urlpatterns = [late_path("jwks.json", "stages.fleet.sign_in.api:jwks", name="fleet_jwks")]
