"""Accounts and numbers as the business program sees them: subscriptions, templates, fields."""

from inbox.simulator import files, templates
from inbox.simulator.access import mine, no_such_object, routes
from inbox.simulator.dialects import Json
from inbox.simulator.numbers import Registered
from inbox.simulator.routing import Answer, Request, Simulator


@routes.on("POST", "/{waba_id}/subscribed_apps")
def subscribe(simulator: Simulator, request: Request, waba_id: str) -> Answer:
    """Subscribe to an account's webhooks (they are always delivered here)."""
    with simulator.world.transaction() as tx:
        if waba_id not in {one.number.waba_id for one in mine(tx, request)}:
            raise no_such_object(waba_id)
    return Answer({"success": True})


@routes.on("GET", "/{waba_id}/subscribed_apps")
def subscriptions(simulator: Simulator, request: Request, waba_id: str) -> Answer:
    """List who is subscribed to an account."""
    subscribe(simulator, request, waba_id)
    app: Json = {"id": "67084719", "name": "Simulated app", "link": "https://example.com/"}
    return Answer({"data": [{"whatsapp_business_api_data": app}]})


@routes.on("GET", "/{waba_id}/message_templates")
def list_templates(simulator: Simulator, request: Request, waba_id: str) -> Answer:
    """List an account's templates, page by page; `after` is a cursor of the page before."""
    limit = max(1, request.whole("limit", 25, 1000))
    after = request.query.get("after", "")
    with simulator.world.transaction() as tx:
        if waba_id not in {one.number.waba_id for one in mine(tx, request)}:
            raise no_such_object(waba_id)
        found = templates.listed(tx, waba_id)
    for name in ("name", "status", "language", "category"):
        if wanted := request.query.get(name):
            found = [one for one in found if str(one[name]).lower() == wanted.lower()]
    start = int(after) if after.isdigit() else 0
    page, more = found[start : start + limit], len(found) > start + limit
    paging: Json = {"cursors": {"before": str(start), "after": str(start + len(page))}}
    if more:
        query = f"limit={limit}&after={start + limit}"
        paging["next"] = f"http://{request.host}{request.path}?{query}"
    return Answer({"data": list(page), "paging": paging})


@routes.on("GET", "/v1/configs/templates")
def list_templates_at_360dialog(simulator: Simulator, request: Request) -> Answer:
    """List the templates of the key's account in 360dialog's own shape, states in lower case."""
    limit, offset = request.whole("limit", 1000, 1000), request.whole("offset", 0, 2**31)
    with simulator.world.transaction() as tx:
        found = templates.listed(tx, mine(tx, request)[0].number.waba_id)
    page = found[offset : offset + limit]
    return Answer(
        {
            "waba_templates": [one | {"status": str(one["status"]).lower()} for one in page],
            "count": len(page),
            "total": len(found),
            "limit": limit,
            "offset": offset,
            "sort": ["id"],
            "filters": {},
        }
    )


@routes.on("GET", "/{object_id}")
def show(simulator: Simulator, request: Request, object_id: str) -> Answer:
    """Describe a number (the `fields` asked for), or give a file's five-minute address."""
    with simulator.world.transaction() as tx:
        owners = mine(tx, request)
        if file := files.described(tx, request, owners, object_id):
            return file
    for one in owners:
        if one.id == object_id:
            return Answer(_described(one, request.query.get("fields", "")))
    raise no_such_object(object_id)


def _described(one: Registered, fields: str) -> Json:
    everything: Json = {
        "id": one.id,
        "display_phone_number": one.number.display_phone_number,
        "verified_name": one.number.verified_name,
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
        "webhook_configuration": {"application": one.number.webhook_url},
    }
    asked = {name.strip() for name in fields.split(",") if name.strip()}
    shown = asked or {"display_phone_number", "verified_name", "quality_rating"}
    return {name: value for name, value in everything.items() if name in shown | {"id"}}
