"""A page's end of the websocket, for tests; Channels' own needs a server we do not install."""

from __future__ import annotations

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator

from morfx.asgi import application

PATIENCE = 5.0


class PageSocket(ApplicationCommunicator):
    """Speaks the ASGI websocket protocol with the whole application."""

    def __init__(self, path: str, *, cookies: str, origin: str = "http://testserver") -> None:
        headers = [(b"cookie", cookies.encode()), (b"origin", origin.encode())]
        scope = {"type": "websocket", "path": path, "query_string": b"", "headers": headers}
        super().__init__(application, scope | {"subprotocols": []})

    async def connect(self) -> bool:
        """Open the socket; False when the handshake is refused."""
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(PATIENCE)
        return bool(answer["type"] == "websocket.accept")

    async def tell(self, message: Any) -> None:
        """Send text as it is, anything else as JSON."""
        text = message if isinstance(message, str) else json.dumps(message)
        await self.send_input({"type": "websocket.receive", "text": text})

    async def hear(self, kind: str) -> Any:
        """Wait for the next message of a kind; return what it carries."""
        while True:
            output = await self.receive_output(PATIENCE)
            message = json.loads(output["text"])
            if kind in message:
                return message[kind]

    async def closing(self) -> int:
        """Wait until the server closes; return its code."""
        while True:
            output = await self.receive_output(PATIENCE)
            if output["type"] == "websocket.close":
                return int(output["code"])

    async def quiet(self) -> bool:
        """Tell whether nothing comes for a while."""
        return await self.receive_nothing(timeout=0.3, interval=0.02)

    async def disconnect(self) -> None:
        """Go away, as a closed tab does."""
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(PATIENCE)
