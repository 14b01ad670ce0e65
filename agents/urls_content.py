"""The pages of what agents say, under /<workspace>/agents/<agent>/content/."""

from __future__ import annotations

from django.urls import path

from .views import content, content_limits, content_versions

HERE = "agents/<str:agent>/content/"

urlpatterns = [
    path(HERE, content.content, name="content"),
    path(f"{HERE}texts/<str:intent>/", content.texts, name="content_texts"),
    path(f"{HERE}limits/", content_limits.limits, name="content_limits"),
    path(f"{HERE}prices/", content_limits.prices, name="content_prices"),
    path(f"{HERE}prices/<uuid:product>/", content_limits.price, name="content_price"),
    path(f"{HERE}changes/", content_versions.changes, name="content_changes"),
    path(f"{HERE}publish/", content_versions.publish, name="content_publish"),
    path(f"{HERE}discard/", content_versions.discard, name="content_discard"),
    path(f"{HERE}versions/", content_versions.versions, name="content_versions"),
    path(f"{HERE}back/", content_versions.roll_back, name="content_roll_back"),
]
