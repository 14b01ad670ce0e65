"""Why Somnio did what it did: its sentences, as pages read them in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from morfx.web import sentences

sentences.keep(
    _("%(before)s cannot be followed by %(after)s."),
    _("There is no text for %(intent)s."),
    _("The answer to %(intent)s has nothing to show."),
    _("There was nothing to say and no reason to be silent."),
    _("A line was left out: %(name)s has no price in the catalogue."),
    _("%(name)s is no known variable and was left empty."),
    _("The conversation waits at level %(current)s, not %(level)s."),
    _("The timer of level %(level)s has run out."),
    _("Nothing is being waited for."),
    _("The customer is giving data; the answer comes when they are complete."),
    _("The customer repeated what is known."),
    _("An acknowledgement that asks for nothing."),
    _("The customer asks for a person, or for something Somnio does not do."),
    _("The message was not understood (%(confidence)s of 100)."),
    _("Not sure enough to act (%(confidence)s of 100)."),
    _("Learned %(fields)s."),
    _("Data were given unasked: an implicit yes."),
    _("The data are complete."),
    _("The catalogue has no %(code)s."),
    _("No pack was chosen yet."),
    _("The packs must be seen before one is chosen."),
    _("The last sale is closed; this is a new one."),
    _("No order can be made without %(fields)s."),
    _("%(bubble)s was held back and is dropped: %(reason)s."),
    _("%(bubble)s was held back and follows."),
    _("people take over"),
    _("the customer turned away"),
    _("the new answer is about the same"),
    _("it was said already"),
    _("another pack was chosen"),
    _("the sale has moved on"),
    _("it belonged to that moment"),
    _("asks for a person"),
    _("a yes to the summary"),
    _("a no to the summary"),
    _("a no to the packs"),
    _("a yes, but to which pack"),
    _("a yes to the offer"),
    _("a no to the offer"),
    _("a thank-you"),
    _("names a pack"),
    _("names more than one pack"),
)
