"""The sandbox's addresses, under /<workspace>/sandbox/."""

from __future__ import annotations

from django.urls import path

from . import acts, beginning, pages, sheets

urlpatterns = [
    path("", beginning.home, name="sandbox"),
    path("start/", acts.start, name="sandbox_start"),
    path("<uuid:session>/", pages.talk, name="sandbox_talk"),
    path("<uuid:session>/say/", acts.say, name="sandbox_say"),
    path("<uuid:session>/advance/", acts.advance, name="sandbox_advance"),
    path("<uuid:session>/set/", acts.change, name="sandbox_change"),
    path("<uuid:session>/owner/", acts.owner, name="sandbox_owner"),
    path("<uuid:session>/rewind/", acts.rewind, name="sandbox_rewind"),
    path("<uuid:session>/branch/", acts.branch, name="sandbox_branch"),
    path("<uuid:session>/keep/", acts.keep, name="sandbox_keep"),
    path("<uuid:session>/delete/", acts.delete, name="sandbox_delete"),
    path("<uuid:session>/replay/", acts.replay, name="sandbox_replay"),
    path("<uuid:session>/arrange/", acts.arrange, name="sandbox_arrange"),
    path("<uuid:session>/why/<int:turn>/", sheets.why, name="sandbox_why"),
    path("<uuid:session>/sure/<str:act>/", sheets.sure, name="sandbox_sure"),
    path("<uuid:session>/phone/", sheets.phone, name="sandbox_phone"),
    path("<uuid:session>/export/", sheets.export, name="sandbox_export"),
]
