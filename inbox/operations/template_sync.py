"""Templates are fetched from the provider: asked for, stored, and what is gone is marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Refused
from morfx.operations.inputs import Ref

from ..facts import TemplatesSynchronised, TemplateStatusChanged
from ..models import Channel, Template, TemplateSync
from ..providers.presets import preset_named
from ..providers.templates import Definition

LISTED = (
    "provider_id", "category", "status", "quality", "rejected_reason", "parameter_format",
    "components",
)  # fmt: skip
"""What a provider's list tells of a template we know."""


@operation("whatsapp.template.sync", needs="settings.edit")
def sync(actor: Actor, *, channel: Ref[Channel] | None = None) -> dict[str, int]:
    """Fetch the templates of a number, or of all numbers, from WhatsApp again, in a moment."""
    from ..template_jobs import ask

    wanted = [channel] if channel is not None else accounts()
    reachable = [row for row in wanted if can_list(row)]
    if not reachable:
        raise Refused(
            _("No connected number says which WhatsApp Business account it belongs to."),
            code="WHATSAPP_NOT_CONFIGURED",
            suggestion=_("Enter the account's ID in the WhatsApp settings."),
        )
    for row in reachable:
        state = state_of(row)
        state.asked_at = timezone.now()
        state.save(update_fields=["asked_at"])
        ask(row)
    return {"channels": len(reachable)}


@operation("whatsapp.template.store", needs=SYSTEM)
def store(
    actor: Actor, *, channel: Ref[Channel], definitions: Sequence[Any], complete: bool = True
) -> None:
    """Make our templates what the provider lists; what it lists no more is marked deleted.

    Unless the list was `complete`: then nothing is marked. The same list again changes nothing.
    """
    state = TemplateSync.objects.select_for_update().get(pk=state_of(channel).pk)
    now = timezone.now()
    rows = Template.objects.filter(account=channel.account)
    known = {(row.name, row.language): row for row in rows}
    listed = {(item.name, item.language): item for item in definitions}
    changed = [key for key, item in listed.items() if key in known and _differs(known[key], item)]
    gone = _gone(known, listed) if complete else []
    for key in changed:
        _tell(known[key], listed[key].status, listed[key].category, listed[key].rejected_reason)
    for row in gone:
        _tell(row, Template.DELETED, row.category, "")
    _write(channel, listed.values(), now)
    Template.objects.filter(pk__in=[row.pk for row in gone]).update(status=Template.DELETED)
    state.finished_at, state.error, state.channel = now, "", channel
    state.save(update_fields=["finished_at", "error", "channel"])
    added = len(listed.keys() - known.keys())
    if added or changed or gone:
        counts = {"added": added, "changed": len(changed), "gone": len(gone)}
        record(TemplatesSynchronised(channel=channel.pk, **counts))


def accounts() -> list[Channel]:
    """Return one active number of each business account, the oldest."""
    found: dict[str, Channel] = {}
    for channel in Channel.objects.filter(is_active=True).order_by("created_at", "id"):
        if can_list(channel):
            found.setdefault(channel.account, channel)
    return list(found.values())


def can_list(channel: Channel) -> bool:
    """Tell whether we know which account to ask of; 360dialog's key says it by itself."""
    return bool(channel.waba_id) or preset_named(channel.provider).templates_by_offset


def state_of(channel: Channel) -> TemplateSync:
    """Return the row that says when the account's templates were fetched."""
    return TemplateSync.objects.get_or_create(
        account=channel.account, defaults={"channel": channel}
    )[0]


def _differs(row: Template, item: Definition) -> bool:
    return any(getattr(row, name) != getattr(item, name) for name in LISTED)


def _gone(known: dict[Any, Template], listed: dict[Any, Definition]) -> list[Template]:
    missing = [row for key, row in known.items() if key not in listed]
    return [row for row in missing if row.status != Template.DELETED]


def _tell(row: Template, status: str, category: str, reason: str) -> None:
    """Record what people care about: a template can be sent, or cannot, or costs otherwise."""
    if (row.status, row.category) == (status, category):
        return
    record(
        TemplateStatusChanged(
            template=row.pk,
            title=row.name,
            language=row.language,
            from_status=row.status,
            to_status=status,
            from_category=row.category,
            to_category=category,
            reason=reason,
        )
    )


def _write(channel: Channel, items: Any, now: Any) -> None:
    """Write what is listed in one statement, new and known alike."""
    Template.objects.bulk_create(
        [
            Template(
                channel=channel,
                account=channel.account,
                name=item.name,
                language=item.language,
                synced_at=now,
                **{name: getattr(item, name) for name in LISTED},
            )
            for item in items
        ],
        update_conflicts=True,
        unique_fields=["workspace", "account", "name", "language"],
        update_fields=["channel", "synced_at", *LISTED],
    )
