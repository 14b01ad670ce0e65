"""Addresses before and about a workspace; mounted at the root, because some have no slug."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import entering, jobs, keys, people, settings

app_name = "workspaces"
urlpatterns: list[URLPattern] = [
    path("start/", entering.home, name="home"),
    path("start/choose/", entering.choose, name="choose"),
    path("start/new/", entering.create, name="create"),
    path("accounts/invite/<str:token>/", entering.invitation, name="invitation"),
    path("<slug:slug>/", entering.front, name="front"),
    path("<slug:slug>/settings/", settings.settings, name="settings"),
    path("<slug:slug>/settings/leave/", settings.leave, name="leave"),
    path("<slug:slug>/settings/people/", people.members, name="members"),
    path("<slug:slug>/settings/people/invite/", people.invite, name="invite"),
    path("<slug:slug>/settings/people/<uuid:member_id>/role/", people.change_role, name="role"),
    path("<slug:slug>/settings/people/<uuid:member_id>/remove/", people.remove, name="remove"),
    path(
        "<slug:slug>/settings/people/invitations/<uuid:invitation_id>/revoke/",
        people.revoke,
        name="revoke_invitation",
    ),
    path("<slug:slug>/settings/keys/", keys.keys, name="keys"),
    path("<slug:slug>/settings/keys/create/", keys.create, name="create_key"),
    path("<slug:slug>/settings/keys/<uuid:key_id>/revoke/", keys.revoke, name="revoke_key"),
    path("<slug:slug>/settings/jobs/", jobs.jobs, name="jobs"),
    path("<slug:slug>/settings/jobs/<int:job_id>/retry/", jobs.retry, name="retry_job"),
]
