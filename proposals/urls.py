"""Addresses of proposals under ``/api/v1/``."""

from __future__ import annotations

from django.urls import include, path

from proposals import api

of_proposal = [
    path("", api.OneProposalView.as_view(), name="api_proposal"),
    path("changes/", api.ChangesView.as_view(), name="api_proposal_changes"),
    path("resolve/", api.ResolveView.as_view(), name="api_proposal_resolve"),
    path("submit/", api.SubmitView.as_view(), name="api_proposal_submit"),
    path("votes/", api.VotesView.as_view(), name="api_proposal_votes"),
    path("accept/", api.AcceptView.as_view(), name="api_proposal_accept"),
    path("reject/", api.RejectProposalView.as_view(), name="api_proposal_reject"),
    path("withdraw/", api.WithdrawProposalView.as_view(), name="api_proposal_withdraw"),
    path("comments/", api.CommentsView.as_view(), name="api_proposal_comments"),
    path("preview/", api.PreviewView.as_view(), name="api_proposal_preview"),
    path("compare/", api.ProposalComparisonView.as_view(), name="api_proposal_compare"),
]
urlpatterns = [
    path("projects/<uuid:project_id>/proposals/", api.ProposalsView.as_view(), name="api_proposals"),
    path("proposals/<uuid:proposal_id>/", include(of_proposal)),
]
