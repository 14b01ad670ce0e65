"""Meta's error codes, as the Graph API answers them and as `failed` statuses carry them.

Names and meanings: Meta, "Cloud API error codes" (read 2026). HTTP statuses other than 400 and 401
are the ones the simulator chose; a client should go by the code.
"""

import secrets

from pydantic import JsonValue

TITLES = {
    0: "AuthException",
    3: "API Method",
    4: "API Too Many Calls",
    10: "Permission Denied",
    100: "Invalid parameter",
    190: "Invalid OAuth access token",
    368: "Temporarily blocked for policies violations",
    80007: "Rate limit issues",
    130429: "Rate limit hit",
    130472: "User's number is part of an experiment",
    130497: "Business account is restricted from messaging users in this country",
    131000: "Something went wrong",
    131005: "Access denied",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131016: "Service unavailable",
    131021: "Recipient cannot be sender",
    131026: "Message undeliverable",
    131030: "Recipient phone number not in allowed list",
    131031: "Account has been locked",
    131037: "Display name not approved",
    131042: "Business eligibility payment issue",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131049: "Meta chose not to deliver",
    131050: "User has stopped marketing messages",
    131051: "Unsupported message type",
    131052: "Media download error",
    131053: "Media upload error",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    131057: "Account in maintenance mode",
    131062: "Recipient identifier not supported for this message",
    132000: "Number of parameters does not match",
    132001: "Template does not exist",
    132005: "Template hydrated text too long",
    132007: "Template format character policy violated",
    132012: "Template parameter format mismatch",
    132015: "Template is paused",
    132016: "Template is disabled",
    133016: "Account register deregister rate limit exceeded",
    135000: "Generic user error",
    137000: "Recipient identity key mismatch",
}
DETAILS = {
    131026: "Message undeliverable.",
    131047: "Message failed to send because more than 24 hours have passed since the customer "
    "last replied to this number.",
    131056: "Too many messages from this number to the same recipient in a short time.",
    130429: "Message failed to send because there were too many messages in a short time.",
}
HTTP = {0: 401, 190: 401, 3: 500, 10: 403, 131005: 403, 130429: 429, 131000: 500, 131016: 503}


class GraphError(Exception):
    """A refusal in the words of the Graph API."""

    def __init__(
        self,
        code: int,
        details: str = "",
        *,
        subcode: int | None = None,
        http: int | None = None,
    ) -> None:
        super().__init__(details or title(code))
        self.code = code
        self.details = details or DETAILS.get(code, "")
        self.subcode = subcode
        self.http = http or HTTP.get(code, 400)

    def answer(self) -> dict[str, JsonValue]:
        """Give the JSON body of the answer."""
        message = f"(#{self.code}) {title(self.code)}"
        if self.code == 100 and self.details:
            message = f"(#100) {self.details}"
        error: dict[str, JsonValue] = {
            "message": message,
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": secrets.token_urlsafe(8),
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": error}


class Refusal(Exception):
    """A refusal of the control side: a sentence for a person, and an HTTP status."""

    def __init__(self, sentence: str, *, http: int = 400) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.http = http


def title(code: int) -> str:
    """Name an error code; codes this table does not know are still allowed."""
    return TITLES.get(code, "Unknown error")


def in_status(code: int) -> dict[str, JsonValue]:
    """Give an error as the `errors` list of a `failed` status carries it."""
    name = title(code)
    return {
        "code": code,
        "title": name,
        "message": name,
        "error_data": {"details": DETAILS.get(code, name)},
    }
