"""The page on which a person lets a station in."""

from __future__ import annotations

from kernel.late import late_path

app_name = "fleet_sign_in"
urlpatterns = [late_path("device/", "stages.fleet.sign_in.pages:device", name="device")]
