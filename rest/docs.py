"""The pages that describe the API, for signed-in people only (control c05)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class DocsPage(SpectacularSwaggerSplitView):
    """Swagger's page from the sidecar, without the inline style that our content security policy refuses."""

    template_name = "rest/docs.html"
    url_name = "api_schema"


schema = SpectacularAPIView.as_view()
docs = login_required(DocsPage.as_view())
