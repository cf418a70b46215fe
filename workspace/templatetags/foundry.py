"""Template tags: icons, people, fields, times in the reader's time zone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.contrib.staticfiles import finders
from django.forms import BaseForm, BoundField
from django.http import HttpRequest
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import Person, User
from kernel.invisible import text_as_html
from projects import field_names
from workspace import highlighting as marking
from workspace import shortcuts
from workspace.attachments.block import file_limit
from workspace.installation import installation_name
from workspace.menu import MenuEntry, menu_of
from workspace.panels import PanelView
from workspace.people import PersonView, brief_name, first_name, tints_of
from workspace.proposals.presentation import target_label
from workspace.script_texts import attachment_texts as texts_of_attachments
from workspace.sections import SectionView
from workspace.starts import Start, starts_of

register = template.Library()

THEMES = ("light", "dark")
DENSITIES = ("compact",)

register.filter("field_label", field_names.label)
register.filter("field_short_label", field_names.short_label)
register.filter("field_short_path", field_names.short_path)
register.filter("field_folder", field_names.folder)
register.filter("field_icon", field_names.icon)
register.filter("brief_name", brief_name)
register.filter("first_name", first_name)
register.filter("distinct_paths", lambda changes: field_names.distinct_paths(name for name, _former in changes))
register.filter("halves", field_names.halves)
register.filter("target_label", target_label)
register.filter("marked", marking.marked)
register.filter("of", lambda values, key: values.get(key) if values else None)


@register.filter
def as_stored(text: str) -> SafeString:
    """A text of a field as it is stored: hidden characters and unusual spaces have labelled marks."""
    return mark_safe(text_as_html(text))  # noqa: S308 - it escapes the text


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """One icon of the page's sprite, hidden from screen readers: a text beside it or its button names it."""
    return format_html('<svg class="icon icon-{}" aria-hidden="true"><use href="#icon-{}"></use></svg>', size, name)


@register.simple_tag
def icon_sprite() -> SafeString:
    """All icons, for the start of a page: loaded by address, those of the bar "Offline" would stay empty."""
    return _icon_sprite()


@cache
def _icon_sprite() -> SafeString:
    path = finders.find("dist/icons.svg")
    # Without a build there are neither styles nor scripts either.
    return mark_safe(Path(path).read_text()) if path else SafeString()  # noqa: S308 - made by our own build


@register.simple_tag(takes_context=True)
def tint(context: Context, person: PersonView | None) -> int:
    """The number of a person's tint on this page."""
    return _project_tints(context).get(person.id, person.tint) if person else 0


@register.simple_tag(takes_context=True)
def project_tints(context: Context) -> str:
    """The tints of the project's members as JSON, for the script; of nobody outside of projects."""
    return json.dumps(_project_tints(context))


def _project_tints(context: Context) -> Mapping[str, int]:
    """Read once for a request, and only where its address is that of a project."""
    request = context.get("request")
    match = request.resolver_match if request else None
    project_id = match.kwargs.get("project_id") if match else None
    if request is None or not isinstance(project_id, UUID):
        return {}
    if not hasattr(request, "project_tints"):
        request.project_tints = tints_of(project_id)
    found: Mapping[str, int] = request.project_tints
    return found


@register.simple_tag(takes_context=True)
def avatar(context: Context, person: PersonView | User | Person, size: int = 22) -> SafeString:
    """A person's initials on their tint; the name is beside it or in the title."""
    view = person if isinstance(person, PersonView) else PersonView.of(person)
    return format_html(
        '<span class="avatar avatar-{}" data-tint="{}" title="{}" aria-hidden="true">{}</span>',
        size,
        tint(context, view),
        view.display_name,
        view.initials,
    )


@register.simple_tag
def field_input(bound: BoundField, focused: BoundField | None = None) -> SafeString:
    """A form's field in our look; `focused` is the field of the form in which the page opens."""
    names = {"checkbox": "checkbox", "radioselect": "radio", "select": "select", "textarea": "textarea"}
    # The label says it already.
    bound.field.widget.attrs.pop("placeholder", None)
    return bound.as_widget(attrs={"class": names.get(bound.widget_type, "input"), "autofocus": bound is focused})


@register.filter
def first_to_fill_in(form: BaseForm) -> BoundField | None:
    """Where a person goes on: the first field with an error, else the first empty one, else the first."""
    fields = form.visible_fields()
    wrong = (one for one in fields if one.errors)
    empty = (one for one in fields if one.widget_type == "password" or not one.value())
    return next(wrong, None) or next(empty, None) or next(iter(fields), None)


@register.simple_tag(takes_context=True)
def panel(context: Context, view: PanelView) -> SafeString:
    """The page of a panel of the workspace, from its own template."""
    return _rendered(context, view.panel.template, {**view.content.values, "view": view})


@register.simple_tag
def panel_attributes(view: PanelView, more_targets: str = "") -> SafeString:
    """The attributes of a panel's outermost element, which the script of the side panel shows and hides."""
    return format_html(
        'id="panel-{0}" class="panel-page" role="tabpanel" aria-labelledby="tab-{0}" data-panel-target="{1}"'
        ' data-name="{0}"{2}',
        view.name,
        f"page {more_targets}".strip(),
        "" if view.is_chosen else " hidden",
    )


@register.simple_tag(takes_context=True)
def comment_files(context: Context, place: str, of: object = "", *, shows_sent: bool = False) -> SafeString:
    """The attributes of a form in which a comment is written, so that it takes files.

    `place` is that of its unsent text, `of` what follows its colon; `shows_sent`: files of comments that are sent
    already are shown there until they have arrived. The form includes `attachments/of_comment.html` and
    `attachments/clip.html`.
    """
    here = [context["project_id"]]
    facts = {
        "uploads": reverse("api_uploads", args=here),
        "attachments": reverse("api_attachments", args=here),
        "limit": file_limit(),
        "place": f"{place}:{of}" if of else place,
        "sent": "true" if shows_sent else "false",
    }
    values = format_html_join("", ' data-comment-files-{}-value="{}"', facts.items())
    return format_html('data-controller="comment-files"{}', values)


@register.simple_tag(takes_context=True)
def section(context: Context, view: SectionView) -> SafeString:
    """A section of a page of settings, from its own template."""
    return _rendered(context, view.section.template, view.values)


def _rendered(context: Context, template: str, values: Mapping[str, object]) -> SafeString:
    found = context.template.engine.get_template(template)  # type: ignore[union-attr]
    with context.push(**values):
        return found.render(context)


@register.simple_tag(takes_context=True)
def main_menu(context: Context) -> list[MenuEntry]:
    """The entries of the main menu that the reader may follow."""
    return list(menu_of(context.get("user")))


register.simple_tag(installation_name, name="installation_name")


@register.simple_tag(takes_context=True)
def project_starts(context: Context) -> list[Start]:
    """The further ways by which the reader may have a project here."""
    return list(starts_of(context.get("user")))


@register.simple_tag
def keys(of: str | shortcuts.Shortcut) -> SafeString:
    """A shortcut's keys, one by one; the script writes the modifier as this machine's keyboard calls it."""
    found = shortcuts.SHORTCUTS[of] if isinstance(of, str) else of
    caps = ((" data-modifier" if key == "Mod" else "", cap) for key, cap in found.caps)
    return format_html('<span class="keys">{}</span>', format_html_join("", '<kbd class="kbd"{}>{}</kbd>', caps))


@register.simple_tag
def attachment_texts() -> SafeString:
    """What the script of attachments says, for a page that loads it."""
    return json_script(texts_of_attachments(), "attachment-texts")


@register.simple_tag
def shortcut_groups() -> object:
    """All shortcuts by group, for the help."""
    return shortcuts.by_group()


@register.simple_tag(takes_context=True)
def shortcuts_for_the_script(context: Context) -> list[dict[str, str]]:
    """The shortcuts that this reader has switched on."""
    user = context.get("user")
    return shortcuts.for_the_script(are_on=isinstance(user, User) and user.uses_shortcuts)


@register.simple_tag(takes_context=True)
def when(context: Context, moment: datetime, form: str = "short") -> SafeString:
    """A time in the reader's zone, its UTC on hover.

    `short`: 10:31 today, 19 Nov 10:31 otherwise. `day`: 19 Nov. `time`: 10:31. `full`: with seconds and UTC, for what
    is signed.
    The script writes the same again where the cookie did not know the zone yet.
    """
    return format_html(
        '<time class="tabular" datetime="{}" data-form="{}" title="{}">{}</time>',
        moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        form,
        _full(moment),
        _written(moment, form, reader_zone(context.get("request"))),
    )


@register.simple_tag(takes_context=True)
def due(context: Context, day: date | None, is_done: bool = False) -> SafeString:
    """When a task is due, in the reader's zone; what is late says so in words. Nothing without a day."""
    if day is None:
        return SafeString("")
    today = timezone.localtime(timezone.now(), reader_zone(context.get("request"))).date()
    written = date_format(day, "j M" if day.year == today.year else "j M Y")
    if day < today and not is_done:
        words = _("Overdue since {day}").format(day=written)
        return format_html('<time class="due" datetime="{}" data-overdue>{}</time>', day.isoformat(), words)
    words = _("Due today") if day == today else _("Due {day}").format(day=written)
    return format_html('<time class="due" datetime="{}">{}</time>', day.isoformat(), words)


@register.simple_tag(takes_context=True)
def when_text(context: Context, moment: datetime) -> str:
    """As `when`, for places that hold text only."""
    return _written(moment, "short", reader_zone(context.get("request")))


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The reader's choice of theme, or an empty string to follow the system."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request else ""
    return chosen if chosen in THEMES else ""


@register.simple_tag(takes_context=True)
def density(context: Context) -> str:
    """The reader's choice of density, or an empty string for the comfortable one."""
    request = context.get("request")
    chosen = request.COOKIES.get("density", "") if request else ""
    return chosen if chosen in DENSITIES else ""


@register.simple_tag(takes_context=True)
def zone(context: Context) -> str:
    """The name of the zone that this page's times are written in."""
    return str(reader_zone(context.get("request")))


def reader_zone(request: HttpRequest | None) -> tzinfo:
    """The time zone in the cookie that the browser set, or UTC."""
    name = request.COOKIES.get("zone", "") if request else ""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _written(moment: datetime, form: str, where: tzinfo) -> str:
    if form == "full":
        return _full(moment)
    local = timezone.localtime(moment, where)
    now = timezone.localtime(timezone.now(), where)
    if form == "time":
        return date_format(local, "H:i")
    if form == "day":
        return date_format(local, "j M" if local.year == now.year else "j M Y")
    if local.date() == now.date():
        return date_format(local, "H:i")
    return date_format(local, "j M H:i" if local.year == now.year else "j M Y H:i")


def _full(moment: datetime) -> str:
    return date_format(moment.astimezone(UTC), "j M Y, H:i:s") + " UTC"
