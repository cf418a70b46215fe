"""The one page of allauth that needs more than a form of ours."""

from __future__ import annotations

from allauth.mfa.totp.views import ActivateTOTPView
from django import forms
from django.http import HttpResponse

from accounts.factors import check_code


class ActivateCodesView(ActivateTOTPView):  # type: ignore[misc] # allauth has no types
    """Adding an app for codes. The code that shows that it works is used up by it, like every other one."""

    def form_valid(self, form: forms.Form) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        check_code(self.request.user, form.cleaned_data["code"], recovery=False)
        return answer


activate_codes = ActivateCodesView.as_view()
