"""Accounts in the admin: make, change, deactivate; never delete. Every change goes through ``services.py``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from allauth.account import admin as _mail  # noqa: F401 (these register what is taken out below)
from allauth.account.models import EmailAddress
from allauth.mfa import admin as _factors  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.socialaccount import admin as _outside  # noqa: F401
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions import admin as _sessions  # noqa: F401
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin  # noqa: F401 (registers Group, which is taken out below)
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import lockout, services
from accounts.callers import Caller, caller_from_request
from accounts.confirmation import redirect_to_confirmation
from accounts.factors import remove_factors
from accounts.models import Kind, PersonalAccessToken, User
from accounts.rules import require_proof
from accounts.suspension import restore_signing
from kernel.errors import DomainError, ReauthenticationNeeded

# Rights come from roles in projects and two flags of accounts, so Django's groups are not used.
admin.site.unregister(Group)
# People change their own credentials, or administrators use the actions below; seeds and keys are never shown.
admin.site.unregister([Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken, UserSession])


def own_password_page(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """Redirect to the page where people change their password, because the admin's own page would record no event."""
    return redirect("account_change_password")


admin.site.password_change = own_password_page  # type: ignore[method-assign, assignment]

if TYPE_CHECKING:
    UserForm = forms.ModelForm[User]
    UserModelAdmin = admin.ModelAdmin[User]
    TokenModelAdmin = admin.ModelAdmin[PersonalAccessToken]
else:
    UserForm, UserModelAdmin, TokenModelAdmin = forms.ModelForm, admin.ModelAdmin, admin.ModelAdmin


class AccountForm(UserForm):
    """The form of an account for administrators; a password can be typed, but is never shown."""

    new_password = forms.CharField(
        required=False, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    successor = forms.ModelChoiceField(
        User.objects.active().filter(kind=Kind.HUMAN).order_by("display_name"),
        required=False,
        help_text=_("When you close the account: who becomes the owner of projects that have no other."),
    )

    # The administrator who uses the form.
    caller: Caller

    def clean(self) -> dict[str, Any] | None:
        """Refuse the form until the administrator has reauthenticated; what was typed stays."""
        cleaned: dict[str, Any] | None = super().clean()
        try:
            require_proof(self.caller)
        except ReauthenticationNeeded as refusal:
            link = format_html(
                '{} <a href="{}" target="_blank" rel="noopener">{}</a>',
                refusal.detail,
                reverse("account_reauthenticate"),
                _("Confirm in a new tab, then save again."),
            )
            raise forms.ValidationError(link, "unproven") from None
        return cleaned

    class Meta:
        model = User
        fields = ("username", "display_name", "email", "kind", "is_superuser", "is_auditor", "is_active")


class Confirmed:
    """Actions of a list that need a reauthentication first, and continue after it."""

    def response_action(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        try:
            require_proof(caller_from_request(request))
        except ReauthenticationNeeded:
            return redirect_to_confirmation(request)
        answer: HttpResponse | None = super().response_action(request, queryset)  # type: ignore[misc]
        return answer


@admin.register(User)
class UserAdmin(Confirmed, UserModelAdmin):  # type: ignore[misc] # the mixin takes any query set
    form = AccountForm
    list_display = ("username", "display_name", "kind", "is_active", "is_superuser", "is_auditor", "last_login")
    list_filter = ("kind", "is_active", "is_superuser", "is_auditor")
    search_fields = ("username", "display_name", "email")
    ordering = ("username",)
    actions = ("deactivate", "reactivate", "unlock", "restore_signing", "remove_factors")

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Never: accounts are deactivated instead (11.100a)."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return ("username", "kind", "last_login", "date_joined", "sign_in_locked_until", "signing_suspended_at")

    @admin.display(description=_("sign-in locked until"), empty_value="–")
    def sign_in_locked_until(self, user: User) -> datetime | None:
        return lockout.locked_until(user)

    def get_exclude(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """The fields; a new account is always active, and closing one is a separate change."""
        return ("is_active", "successor") if obj is None else ()

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> type[UserForm]:
        """The form with its administrator. It has no password field for one's own account."""
        form = super().get_form(request, obj, change, **kwargs)
        own = {"new_password": None} if obj is not None and obj.pk == request.user.pk else {}
        return type(form.__name__, (form,), {"caller": caller_from_request(request), **own})

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask for reauthentication before the form; show the error of a service as a message, with nothing changed."""
        try:
            if request.method == "GET" and self.has_change_permission(request):
                require_proof(caller_from_request(request))
        except ReauthenticationNeeded:
            return redirect_to_confirmation(request)
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as error:
            messages.error(request, error.detail)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: User, form: AccountForm, change: bool) -> None:
        password = form.cleaned_data.get("new_password") or None
        if change:
            self._change(request, obj, form, password)
            return
        made = services.create_account(
            caller=caller_from_request(request),
            username=obj.username,
            display_name=obj.display_name,
            email=obj.email,
            kind=obj.kind,
            password=password,
            is_administrator=obj.is_superuser,
            is_auditor=obj.is_auditor,
        )
        obj.__dict__.update(made.__dict__)

    def _change(self, request: HttpRequest, obj: User, form: AccountForm, password: str | None) -> None:
        caller = caller_from_request(request)
        services.update_account(
            caller=caller,
            user_id=obj.pk,
            display_name=obj.display_name,
            email=obj.email,
            is_administrator=obj.is_superuser,
            is_auditor=obj.is_auditor,
        )
        if password:
            services.set_password(caller=caller, user_id=obj.pk, password=password)
        if "is_active" in form.changed_data:
            if obj.is_active:
                services.reactivate_account(caller=caller, user_id=obj.pk)
            else:
                successor = form.cleaned_data["successor"]
                services.deactivate_account(
                    caller=caller, user_id=obj.pk, successor_id=successor.pk if successor else None
                )

    @admin.action(description=_("Deactivate the selected accounts"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, services.deactivate_account)

    @admin.action(description=_("Reactivate the selected accounts"), permissions=["change"])
    def reactivate(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, services.reactivate_account)

    @admin.action(description=_("Unlock after failed sign-ins"), permissions=["change"])
    def unlock(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, lockout.unlock_account)

    @admin.action(description=_("Confirm their identity and let them sign again"), permissions=["change"])
    def restore_signing(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, restore_signing, reason="Confirmed in the administration")

    @admin.action(description=_("Remove lost second factors"), permissions=["change"])
    def remove_factors(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, remove_factors, reason="Removed in the administration")

    def _each(self, request: HttpRequest, queryset: Any, write: Any, **facts: str) -> None:
        for user in queryset:
            try:
                write(caller=caller_from_request(request), user_id=user.pk, **facts)
            except DomainError as error:
                messages.error(request, f"{user}: {error.detail}")


@admin.register(PersonalAccessToken)
class TokenAdmin(Confirmed, TokenModelAdmin):  # type: ignore[misc] # the mixin takes any query set
    """The list of tokens. Administrators may revoke them (11.300c); nobody can see their text or make one here."""

    list_display = ("name", "user", "scope", "created_at", "expires_at", "revoked_at", "last_used_at")
    list_filter = ("scope", "revoked_at")
    search_fields = ("name", "user__username", "user__display_name")
    list_select_related = ("user",)
    fields = ("name", "user", "scope", "created_at", "expires_at", "revoked_at", "last_used_at")
    readonly_fields = fields
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PersonalAccessToken | None = None) -> bool:
        return False

    @admin.action(description=_("Revoke the selected tokens"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        for token in queryset:
            services.revoke_token(caller=caller_from_request(request), token_id=token.pk)
