"""Sessions and turns, for doors and agents."""

from __future__ import annotations

from django.utils.translation import gettext as _

from agents.models import AgentTurn, Session
from inbox.models import Conversation
from morfx.operations.actor import Actor
from morfx.operations.catalogue import lookup
from morfx.operations.errors import NotFound, Refused
from morfx.operations.inputs import Ref
from morfx.operations.paging import Cursor, Limit, Page, page


@lookup("agents.session.read", needs="whatsapp.view")
def read_session(
    actor: Actor,
    *,
    session: Ref[Session] | None = None,
    conversation: Ref[Conversation] | None = None,
) -> Session:
    """Return a session, or the newest one of a conversation."""
    if session is not None:
        return session
    if conversation is None:
        raise Refused(_("Name a session or a conversation."), field="session")
    found = Session.objects.filter(conversation=conversation).order_by("-id").first()
    if found is None:
        raise NotFound("conversation")
    return found


@lookup("agents.turn.list", needs="whatsapp.view")
def list_turns(
    actor: Actor,
    *,
    session: Ref[Session] | None = None,
    conversation: Ref[Conversation] | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[AgentTurn]:
    """List the turns of a session or a conversation, newest first, each with its trace."""
    rows = AgentTurn.objects.all()
    if session is not None:
        rows = rows.filter(session=session)
    if conversation is not None:
        rows = rows.filter(session__conversation=conversation)
    return page(rows, by=["-id"], limit=limit, cursor=cursor)
