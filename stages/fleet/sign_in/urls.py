"""REST addresses of the sign-in of stations."""

from __future__ import annotations

from kernel.late import late_path

urlpatterns = [
    late_path("auth/device/", "stages.fleet.sign_in.api:DeviceView", name="api_device"),
    late_path("auth/device/token/", "stages.fleet.sign_in.api:DeviceTokenView", name="api_device_token"),
]
