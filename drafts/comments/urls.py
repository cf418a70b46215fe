"""Addresses of comments under ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from drafts.comments import api

of_project = [
    path("comments/", api.CommentsView.as_view(), name="api_comments"),
    path("comments/counts/", api.CommentCountsView.as_view(), name="api_comment_counts"),
]
urlpatterns = [
    path("comments/<uuid:comment_id>/", api.OneCommentView.as_view(), name="api_comment"),
    path("comments/<uuid:comment_id>/replies/", api.RepliesView.as_view(), name="api_comment_replies"),
    path("comments/<uuid:comment_id>/resolve/", api.ResolveCommentView.as_view(), name="api_comment_resolve"),
    path("comments/<uuid:comment_id>/reopen/", api.ReopenCommentView.as_view(), name="api_comment_reopen"),
    path("comments/<uuid:comment_id>/withdraw/", api.WithdrawCommentView.as_view(), name="api_comment_withdraw"),
]
