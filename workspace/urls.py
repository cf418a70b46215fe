"""Addresses of the pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from workspace import mark_views
from workspace.account import views as account
from workspace.accounts import acts as account_acts
from workspace.accounts import views as accounts
from workspace.activity import views as activity
from workspace.attachments import views as attachments
from workspace.audit_viewer import project_tab as audit
from workspace.compare import reviewing
from workspace.compare import views as compare
from workspace.editor import comment_views as comments
from workspace.editor import place_views as places
from workspace.editor import proposal_switch as switch
from workspace.editor import proposing
from workspace.editor import task_views as tasks
from workspace.editor import unsent_views as unsent
from workspace.editor import views as workspace
from workspace.help import views as help_pages
from workspace.history import urls as past_urls
from workspace.history import views as history
from workspace.inbox import views as inbox
from workspace.members import views as members
from workspace.palette import views as palette
from workspace.projects import views as projects
from workspace.proposals import urls as proposal_urls
from workspace.releases import urls as release_urls
from workspace.settings import views as settings

app_name = "workspace"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="workspace:projects"), name="home"),
    path("palette/", palette.palette, name="palette"),
    path("projects/", projects.project_list, name="projects"),
    path("projects/<uuid:project_id>/", workspace.workspace, name="workspace"),
    path("projects/<uuid:project_id>/", include(past_urls)),
    path("projects/<uuid:project_id>/", include(release_urls)),
    path("projects/<uuid:project_id>/", include(proposal_urls)),
    path("projects/<uuid:project_id>/palette/", palette.project_palette, name="project_palette"),
    path("projects/<uuid:project_id>/fields/", workspace.field_rows, name="fields"),
    path("projects/<uuid:project_id>/text/", workspace.text, name="text"),
    path("projects/<uuid:project_id>/kept/", workspace.kept, name="kept"),
    path("projects/<uuid:project_id>/kept/<uuid:working_copy_id>/discard/", workspace.discard, name="discard"),
    path("projects/<uuid:project_id>/marks/", mark_views.marks, name="marks"),
    path("projects/<uuid:project_id>/places/", places.places, name="places"),
    path("projects/<uuid:project_id>/staged/", switch.proposal_switch, name="proposal_switch"),
    path("projects/<uuid:project_id>/staged/<uuid:proposal_id>/", proposing.staged, name="staged"),
    path("projects/<uuid:project_id>/staged/<uuid:proposal_id>/text/", proposing.staged_text, name="staged_text"),
    path("projects/<uuid:project_id>/unsent/", unsent.unsent, name="unsent"),
    path("projects/<uuid:project_id>/history/", history.history, name="history"),
    path("projects/<uuid:project_id>/history/panel/", history.panel, name="history_panel"),
    path("projects/<uuid:project_id>/comments/", comments.comments, name="comments"),
    path("projects/<uuid:project_id>/comments/<uuid:comment_id>/reply/", comments.reply, name="reply_to_comment"),
    path("projects/<uuid:project_id>/comments/<uuid:comment_id>/resolve/", comments.resolve, name="resolve_comment"),
    path("projects/<uuid:project_id>/comments/<uuid:comment_id>/reopen/", comments.reopen, name="reopen_comment"),
    path("projects/<uuid:project_id>/comments/<uuid:comment_id>/withdraw/", comments.withdraw, name="withdraw_comment"),
    path("projects/<uuid:project_id>/attachments/", attachments.attachment_list, name="attachments"),
    path("projects/<uuid:project_id>/attachments/panel/", attachments.panel, name="attachments_panel"),
    path(
        "projects/<uuid:project_id>/attachments/<uuid:attachment_id>/remove/",
        attachments.remove,
        name="remove_attachment",
    ),
    path("projects/<uuid:project_id>/tasks/", tasks.tasks, name="tasks"),
    path("projects/<uuid:project_id>/tasks/<uuid:task_id>/", tasks.change, name="change_task"),
    path("projects/<uuid:project_id>/compare/", compare.compare, name="compare"),
    path("projects/<uuid:project_id>/compare/fold/", compare.fold, name="compare_fold"),
    path("projects/<uuid:project_id>/compare/read/", reviewing.mark, name="compare_read"),
    path("projects/<uuid:project_id>/compare/comments/", reviewing.line_comments, name="compare_comments"),
    path("projects/<uuid:project_id>/activity/", activity.activity, name="activity"),
    path("projects/<uuid:project_id>/activity/panel/", activity.panel, name="activity_panel"),
    path("projects/<uuid:project_id>/audit/", audit.project_audit, name="audit"),
    path("projects/<uuid:project_id>/members/", members.member_list, name="members"),
    path("projects/<uuid:project_id>/members/people/", members.people, name="people"),
    path("projects/<uuid:project_id>/members/<uuid:user_id>/role/", members.change_role, name="change_role"),
    path("projects/<uuid:project_id>/members/<uuid:user_id>/remove/", members.remove, name="remove_member"),
    path("projects/<uuid:project_id>/settings/", settings.settings, name="settings"),
    path("projects/<uuid:project_id>/settings/archive/", settings.archive, name="archive_project"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/count/", inbox.count, name="inbox_count"),
    path("inbox/read/", inbox.read_all, name="read_inbox"),
    path("inbox/<uuid:notification_id>/", inbox.open_notification, name="open_notification"),
    path("people/", accounts.account_list, name="accounts"),
    path("people/options/", accounts.options, name="account_options"),
    path("people/new/", account_acts.new_account, name="new_account"),
    path("people/<uuid:user_id>/", accounts.person, name="person"),
    path("people/<uuid:user_id>/change/", account_acts.change, name="change_account"),
    path("people/<uuid:user_id>/close/", account_acts.close, name="close_account"),
    path("people/<uuid:user_id>/reopen/", account_acts.reopen, name="reopen_account"),
    path("help/", help_pages.guide, name="guide"),
    path("account/", account.account, name="account"),
    path("account/mails/", account.choose_mails, name="choose_mails"),
    path("account/shortcuts/", account.switch_shortcuts, name="switch_shortcuts"),
    path("account/sessions/<int:session_id>/end/", account.end_browser_session, name="end_session"),
    path("account/sessions/end-others/", account.end_elsewhere, name="end_other_sessions"),
    path("account/tokens/<uuid:token_id>/revoke/", account.revoke, name="revoke_token"),
]
