"""The only page of allauth that needs a view of ours."""

from __future__ import annotations

from allauth.mfa.totp.views import ActivateTOTPView
from django import forms
from django.http import HttpResponse

from accounts.factors import check_code


class ActivateCodesView(ActivateTOTPView):  # type: ignore[misc] # allauth has no types
    """Adds an app for codes. The code that confirms it is used up, like every other code."""

    def form_valid(self, form: forms.Form) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        check_code(self.request.user, form.cleaned_data["code"], recovery=False)
        return answer


activate_codes = ActivateCodesView.as_view()
