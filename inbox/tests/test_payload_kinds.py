"""Every kind of message WhatsApp documents, as recorded."""

import pytest

from inbox.providers import payload_parts as parts
from inbox.providers.payload import Inbound, open_payload
from inbox.tests.payload_files import recorded


def messages(name: str) -> list[Inbound]:
    """Read a recorded body, all of whose messages are readable."""
    found = list(open_payload(recorded(name)).inbound())
    assert all(isinstance(item, Inbound) for item in found)
    return [item for item in found if isinstance(item, Inbound)]


def test_media_keeps_its_id_caption_and_kind():
    image, audio, video, document, sticker, gone = messages("media")
    assert isinstance(image.part, parts.Media)
    assert (image.part.id, image.text, image.label) == (
        "1003383421387256", "mi comprobante", "image",
    )  # fmt: skip
    assert isinstance(audio.part, parts.Media)
    assert audio.part.voice is True
    assert (audio.text, audio.label) == ("", "audio")
    assert video.label == "video"
    assert isinstance(document.part, parts.Media)
    assert document.part.filename == "Cédula.pdf"
    assert sticker.label == "sticker"
    assert isinstance(gone.part, parts.Media)
    assert (gone.part.id, gone.part.status) == ("", "undownloaded")


def test_what_a_person_reads_of_every_kind():
    found = [(message.type, message.label, message.text) for message in messages("kinds")]
    assert found == [
        ("location", "location", "Plaza de Bolívar, Cra. 7 #11-10, Bogotá"),
        ("contacts", "contacts", "Beto Ruiz"),
        ("reaction", "reaction", "❤️"),
        ("reaction", "reaction", ""),
        ("button", "button", "Sí, lo quiero"),
        ("interactive", "interactive", "2 frascos"),
        ("interactive", "interactive", "Cali"),
        ("interactive", "flow", "Sent"),
        ("order", "order", "con envío"),
        ("request_welcome", "request_welcome", ""),
        ("unsupported", "unsupported", ""),
        ("hologram", "unknown", ""),
        ("unknown", "unknown", ""),
    ]


def test_kinds_expose_what_only_they_have():
    found = {message.provider_id: message for message in messages("kinds")}
    heart = found["wamid.HBgM22"].part
    assert isinstance(heart, parts.Reaction)
    assert heart.message_id == "wamid.HBgM1"
    tap = found["wamid.HBgM24"]
    assert isinstance(tap.part, parts.Button)
    assert (tap.part.payload, tap.context.quoted_id) == ("yes-1", "wamid.HBgMtemplate")
    choice = found["wamid.HBgM26"].part
    assert isinstance(choice, parts.Choice)
    assert (choice.kind, choice.id, choice.description) == ("list_reply", "city-cali", "Valle")
    flow = found["wamid.HBgM27"].part
    assert isinstance(flow, parts.FlowReply)
    assert flow.answers == {"flow_token": "t-1", "ciudad": "Cali"}
    cart = found["wamid.HBgM28"].part
    assert isinstance(cart, parts.Order)
    assert cart.product_items[0]["product_retailer_id"] == "SOM-1"
    assert found["wamid.HBgM30"].errors[0].code == 131051
    assert found["wamid.HBgM31"].content == {"beam": {"lumen": 12}}


def test_edits_revocations_and_changes_of_person():
    edit, caption, revoke, number, user_id, identity = messages("changes")
    assert isinstance(edit.part, parts.Edit)
    assert edit.part.original_message_id == "wamid.HBgM1"
    assert edit.text == "¿Cuánto vale el envío a Palmira?"
    assert caption.text == "ahora sí"
    assert isinstance(revoke.part, parts.Revoke)
    assert revoke.part.original_message_id == "wamid.HBgM2"
    assert isinstance(number.part, parts.System)
    assert number.part.changed_number
    assert (number.sender.wa_id, number.part.wa_id) == ("573105550142", "573105550199")
    assert isinstance(user_id.part, parts.System)
    assert user_id.part.changed_user_id
    assert user_id.part.user_id == "CO.99991208655302741999"
    assert isinstance(identity.part, parts.System)
    assert identity.part.changed_identity
    assert identity.part.identity == "Xk2v="


def test_a_quote_a_forward_and_an_advertisement_are_kept():
    [message] = messages("reply_to_ad")
    assert message.context.quoted_id == "wamid.HBgMquoted"
    assert message.context.forwarded
    assert message.context.frequently_forwarded
    assert message.referral is not None
    assert message.referral.source_type == "ad"
    assert message.referral.ctwa_clid.startswith("Aff-")
    assert message.referral.raw["media_type"] == "image"


@pytest.mark.parametrize("answers", ["", "not json", "[1]", '{"a":' * 5000])
def test_a_flow_whose_answers_cannot_be_opened_has_none(answers):
    part = parts.read_part(
        "interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": answers}}
    )
    assert isinstance(part, parts.FlowReply)
    assert part.answers == {}


def test_decorations_of_a_wrong_shape_cost_nothing():
    image = parts.read_part("image", {"id": 77, "caption": ["x"], "voice": "perhaps"})
    assert image == parts.Media(id="77", caption="", voice=None)
    place = parts.read_part("location", {"latitude": "north", "name": None})
    assert place == parts.Location()
    cards = parts.read_part("contacts", "nobody")
    assert (cards, cards.words) == (parts.Contacts(), "")
    assert parts.read_part("sticker", None) == parts.Media()
    assert parts.read_part("interactive", {"type": "unheard_of"}) == parts.Other()


def test_an_edit_of_something_without_words_has_none():
    edit = parts.read_part("edit", {"original_message_id": "w", "message": {"type": "sticker"}})
    assert edit.words == ""


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text", None),
        ("text", {}),
        ("reaction", {"emoji": "x"}),
        ("revoke", {"original_message_id": ""}),
        ("interactive", "tap"),
        ("edit", []),
    ],
)
def test_what_a_message_cannot_be_without_is_missing(kind, content):
    with pytest.raises(ValueError, match=r"."):
        parts.read_part(kind, content)
