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
from django.utils.translation import gettext_lazy as _

from accounts import lockout, services
from accounts.callers import caller_from_request
from accounts.factors import remove_factors
from accounts.models import Kind, PersonalAccessToken, User
from accounts.suspension import restore_signing
from audit.errors import DomainError

# Rights come from the roles of projects and from the two marks of an account; Django's groups would be a second way.
admin.site.unregister(Group)
# What somebody signs in with is changed by themselves, or by the actions below; seeds and keys are shown to nobody.
admin.site.unregister([Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken, UserSession])


def own_password_page(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """The one page where people change their password; the admin's own would write without an event."""
    return redirect("account_change_password")


admin.site.password_change = own_password_page  # type: ignore[method-assign, assignment]

if TYPE_CHECKING:
    UserForm = forms.ModelForm[User]
    UserModelAdmin = admin.ModelAdmin[User]
    TokenModelAdmin = admin.ModelAdmin[PersonalAccessToken]
else:
    UserForm, UserModelAdmin, TokenModelAdmin = forms.ModelForm, admin.ModelAdmin, admin.ModelAdmin


class AccountForm(UserForm):
    """An account as an administrator sees it; the password is typed here and shown nowhere."""

    new_password = forms.CharField(
        required=False, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    successor = forms.ModelChoiceField(
        User.objects.active().filter(kind=Kind.HUMAN).order_by("display_name"),
        required=False,
        help_text=_("When the account is closed: who becomes owner of the projects that would have no other."),
    )

    class Meta:
        model = User
        fields = ("username", "display_name", "email", "kind", "is_superuser", "is_auditor", "is_active")


@admin.register(User)
class UserAdmin(UserModelAdmin):
    form = AccountForm
    list_display = ("username", "display_name", "kind", "is_active", "is_superuser", "is_auditor", "last_login")
    list_filter = ("kind", "is_active", "is_superuser", "is_auditor")
    search_fields = ("username", "display_name", "email")
    ordering = ("username",)
    actions = ("deactivate", "reactivate", "unlock", "restore_signing", "remove_factors")

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Accounts are deactivated (11.100a)."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return ("username", "kind", "last_login", "date_joined", "sign_in_locked_until", "signing_suspended_at")

    @admin.display(description="sign-in locked until", empty_value="–")
    def sign_in_locked_until(self, user: User) -> datetime | None:
        return lockout.locked_until(user)

    def get_exclude(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """A new account is active; closing one is a change of its own."""
        return ("is_active", "successor") if obj is None else ()

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show a service's refusal as a message; its transaction has been undone."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as error:
            messages.error(request, error.detail)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: User, form: AccountForm, change: bool) -> None:
        password = form.cleaned_data["new_password"] or None
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

    @admin.action(description="Deactivate the selected accounts", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, services.deactivate_account)

    @admin.action(description="Reactivate the selected accounts", permissions=["change"])
    def reactivate(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, services.reactivate_account)

    @admin.action(description="Unlock after failed tries", permissions=["change"])
    def unlock(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, lockout.unlock_account)

    @admin.action(description="Confirm that it is them: let them sign again", permissions=["change"])
    def restore_signing(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, restore_signing, reason="Confirmed in the administration")

    @admin.action(description="Remove their second factors, which they have lost", permissions=["change"])
    def remove_factors(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, remove_factors, reason="Removed in the administration")

    def _each(self, request: HttpRequest, queryset: Any, write: Any, **facts: str) -> None:
        for user in queryset:
            try:
                write(caller=caller_from_request(request), user_id=user.pk, **facts)
            except DomainError as error:
                messages.error(request, f"{user}: {error.detail}")


@admin.register(PersonalAccessToken)
class TokenAdmin(TokenModelAdmin):
    """Which tokens there are; an administrator may end one (11.300c), nobody can see or make one here."""

    list_display = ("name", "user", "created_at", "expires_at", "revoked_at", "last_used_at")
    list_filter = ("revoked_at",)
    search_fields = ("name", "user__username", "user__display_name")
    list_select_related = ("user",)
    fields = ("name", "user", "created_at", "expires_at", "revoked_at", "last_used_at")
    readonly_fields = fields
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PersonalAccessToken | None = None) -> bool:
        return False

    @admin.action(description="Revoke the selected tokens", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        for token in queryset:
            services.revoke_token(caller=caller_from_request(request), token_id=token.pk)
