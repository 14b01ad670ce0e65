"""Orders as a board of stages or as a list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from morfx.workspaces.access import MemberRequest, member_required, needs

from .. import search
from ..models import Order, Pipeline, Stage
from .answering import Shape, by_htmx, current_page, link
from .shapes import card, for_cards

CARDS = 20
"""How many cards a column shows at first, and with each further page."""
ROWS = 50


@member_required
@needs("orders.view")
def orders(request: MemberRequest) -> HttpResponse:
    """Show a pipeline's orders, as a board unless a list is asked for."""
    pipelines = list(Pipeline.objects.order_by("-is_default", "id"))
    wanted = request.GET.get("pipeline", "")
    default = pipelines[0] if pipelines else None
    chosen = next((one for one in pipelines if str(one.pk) == wanted), default)
    state = {
        "pipeline": wanted if chosen and str(chosen.pk) == wanted else "",
        "q": request.GET.get("q", "").strip(),
        "filter": "unconfirmed" if request.GET.get("filter") == "unconfirmed" else "",
    }
    found = search.orders(Order.objects.filter(pipeline=chosen), state["q"])
    if state["filter"]:
        found = found.filter(confirmed=False)
    stages = list(Stage.objects.filter(pipeline=chosen).order_by("position"))
    if (stage := request.GET.get("stage")) and by_htmx(request):
        return _further_cards(request, found, stages, stage, state)
    as_list = request.GET.get("view") == "list"
    context = {
        **_frame(request, pipelines, chosen, state, as_list=as_list),
        **(_rows(request, found, state) if as_list else _board(request, found, stages, state)),
    }
    return render(request, "crm/orders.html", context)


State = dict[str, str]


def _frame(
    request: MemberRequest,
    pipelines: Sequence[Pipeline],
    chosen: Pipeline | None,
    state: State,
    *,
    as_list: bool,
) -> Shape:
    """Return what surrounds the orders."""
    view = "list" if as_list else ""
    others = {"": pgettext("orders", "All"), "unconfirmed": _("To confirm")}
    return {
        "view": view or "board",
        "board_view_url": link(request, "orders", **state),
        "list_view_url": link(request, "orders", **state, view="list"),
        "board_url": link(request, "orders", **state, view=view),
        "search_url": link(request, "orders", **{**state, "q": ""}, view=view),
        "query": state["q"],
        "new_url": link(request, "order-new") if request.actor.may("orders.create") else None,
        "pipelines": [
            {
                "name": pipeline.name,
                "url": link(request, "orders", pipeline=pipeline.pk, view=view),
                "current": pipeline == chosen,
            }
            for pipeline in pipelines
        ],
        "filters": [
            {
                "label": label,
                "url": link(request, "orders", **{**state, "filter": key}, view=view),
                "current": key == state["filter"],
            }
            for key, label in others.items()
        ],
    }


def _rows(request: MemberRequest, found: QuerySet[Order], state: State) -> Shape:
    page = current_page(request, for_cards(found), ("-created_at", "-id"), ROWS)
    following = page.next and link(request, "orders", **state, view="list", cursor=page.next)
    return {"orders": [card(request, order) for order in page.items], "next_url": following}


def _board(
    request: MemberRequest, found: QuerySet[Order], stages: Sequence[Stage], state: State
) -> Shape:
    sums = {
        row["stage"]: row
        for row in found.order_by().values("stage").annotate(n=Count("pk"), total=Sum("total"))
    }
    cards = _first_cards(found, stages)
    columns = []
    for stage in stages:
        count = sums[stage.pk]["n"] if stage.pk in sums else 0
        here = cards[stage.pk]
        columns.append(
            {
                "stage": _stage(stage),
                "count": count,
                "total": sums[stage.pk]["total"] if stage.pk in sums else 0,
                "over_limit": bool(stage.wip_limit and count > stage.wip_limit),
                "cards": [card(request, order) for order in here[:CARDS]],
                "next_url": _next(request, state, stage, here),
            }
        )
    return {"columns": columns}


def _first_cards(found: QuerySet[Order], stages: Sequence[Stage]) -> defaultdict[UUID, list[Order]]:
    """Return each stage's newest cards, one more than shown: as many queries for any number.

    Each stage's part is a bounded walk along its index, however many orders are closed in it.
    """
    cards: defaultdict[UUID, list[Order]] = defaultdict(list)
    if not stages:
        return cards
    first, *others = [
        found.filter(stage=stage).order_by("-id").values("pk")[: CARDS + 1] for stage in stages
    ]
    newest = first.union(*others, all=True) if others else first
    pks = [row["pk"] for row in newest]
    for order in for_cards(Order.objects.filter(pk__in=pks)).order_by("-id"):
        cards[order.stage_id].append(order)
    return cards


def _further_cards(
    request: MemberRequest,
    found: QuerySet[Order],
    stages: Sequence[Stage],
    wanted: str,
    state: State,
) -> HttpResponse:
    """Answer with one column's next cards, as its list items."""
    stage = next((stage for stage in stages if str(stage.pk) == wanted), None)
    rows = found.filter(stage=stage)
    if before := _uuid(request.GET.get("before", "")):
        rows = rows.filter(pk__lt=before)
    here = list(for_cards(rows).order_by("-id")[: CARDS + 1])
    context = {
        "columns": [{"stage": _stage(one)} for one in stages],
        "column": {
            "cards": [card(request, order) for order in here[:CARDS]],
            "next_url": _next(request, state, stage, here) if stage else None,
        },
    }
    return render(request, "crm/orders.html#cards", context)


def _next(request: MemberRequest, state: State, stage: Stage, here: Sequence[Order]) -> str | None:
    if len(here) <= CARDS:
        return None
    return link(request, "orders", **state, stage=stage.pk, before=here[CARDS - 1].pk)


def _stage(stage: Stage) -> Shape:
    return {
        "pk": stage.pk,
        "name": stage.name,
        "color": stage.color,
        "wip_limit": stage.wip_limit,
        "is_closed": stage.closing != Stage.Closing.OPEN,
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def crowded(stage: Stage) -> str:
    """Return a warning when a stage holds more orders than it should; empty otherwise."""
    if not stage.wip_limit:
        return ""
    count = Order.objects.filter(Q(stage=stage)).count()
    if count <= stage.wip_limit:
        return ""
    shown = {"stage": stage.name, "limit": stage.wip_limit, "count": count}
    return _("%(stage)s should hold %(limit)s orders at most; it has %(count)s.") % shown
