"""The control side of what happens besides messages: echoes, new numbers, templates, sinks."""

from pydantic import BaseModel, ConfigDict

from inbox.simulator import happenings, templates
from inbox.simulator.control_routes import CUSTOMER, NUMBER, routes
from inbox.simulator.customers import Saying
from inbox.simulator.errors import Refusal
from inbox.simulator.happenings import Change, NewNumber, TemplateStatus
from inbox.simulator.routing import Answer, Request, Simulator, parsed, registered
from inbox.simulator.templates import Template


class Templates(BaseModel):
    """An account's templates."""

    model_config = ConfigDict(extra="forbid")

    templates: list[Template]


@routes.on("POST", CUSTOMER + "/echo")
def echo(simulator: Simulator, request: Request, number: str, key: str) -> Answer:
    """Let the business write to a customer on its own phone."""
    saying = parsed(Saying, request.json())
    with simulator.world.transaction() as tx:
        return Answer(happenings.echo(tx, registered(tx, number), key, saying))


@routes.on("POST", CUSTOMER + "/number")
def change_number(simulator: Simulator, request: Request, number: str, key: str) -> Answer:
    """Let a customer change the phone number."""
    new = parsed(NewNumber, request.json())
    with simulator.world.transaction() as tx:
        return Answer(happenings.change_number(tx, registered(tx, number), key, new))


@routes.on("POST", NUMBER + "/changes")
def tell(simulator: Simulator, request: Request, number: str) -> Answer:
    """Tell the business of any change: history, account, quality…"""
    change = parsed(Change, request.json())
    with simulator.world.transaction() as tx:
        return Answer({"delivery": happenings.tell(tx, registered(tx, number), change)})


@routes.on("PUT", NUMBER + "/templates")
def set_templates(simulator: Simulator, request: Request, number: str) -> Answer:
    """Give a number's account these templates and no others."""
    given = parsed(Templates, request.json())
    with simulator.world.transaction() as tx:
        waba_id = registered(tx, number).number.waba_id
        templates.replace(tx, waba_id, given.templates)
        return Answer({"templates": list(templates.listed(tx, waba_id))})


@routes.on("POST", NUMBER + "/template-status")
def decide(simulator: Simulator, request: Request, number: str) -> Answer:
    """Decide about a template as Meta does; a webhook tells the business."""
    told = parsed(TemplateStatus, request.json())
    with simulator.world.transaction() as tx:
        return Answer({"delivery": happenings.decide(tx, registered(tx, number), told)})


@routes.on("GET", NUMBER + "/sink")
def show_sink(simulator: Simulator, request: Request, number: str) -> Answer:
    """Show what a sink took: [seconds since 1970, to whom, callback data, text] each."""
    shown = simulator.sinks.shown(number)
    if shown is None:
        raise Refusal(f"{number} is not a sink.", http=404)
    return Answer(shown)


@routes.on("DELETE", NUMBER + "/sink")
def empty_sink(simulator: Simulator, request: Request, number: str) -> Answer:
    """Forget what a sink took."""
    simulator.sinks.empty(number)
    return Answer({"ok": True})
