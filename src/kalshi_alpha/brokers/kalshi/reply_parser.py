"""Parse one HTTP reply as its bytes arrive, within limits."""

from __future__ import annotations

import h11

from kalshi_alpha.core.wire import WireFailed, WireFault, WireReply

HEAD_MAX = 32_768
BODY_MAX = 16 * 1024 * 1024


class ReplyParser:
    """Reads the reply to one request.

    Parameters
    ----------
    method
        Of the request: it decides whether the reply has a body.
    body_max
        Longest body accepted, bytes.
    """

    def __init__(self, method: str, body_max: int = BODY_MAX) -> None:
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_MAX)
        # The request went out already; h11 is only told of it, so that it knows what it reads.
        self._h11.send(h11.Request(method=method, target="/", headers=[("Host", "h")]))
        self._h11.send(h11.EndOfMessage())
        self._body_max = body_max
        self._status = 0
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self.begun = False
        self.keeps_alive = False

    def feed(self, data: bytes) -> WireReply | None:
        """Take bytes, or the end of the stream as ``b""``; return the reply once it is whole.

        Raises
        ------
        WireFailed
            With ``RESET`` if the stream ends before a byte of the reply, with ``TORN`` if it ends
            inside, is no HTTP, or exceeds a limit.
        """
        if not data and not self.begun:
            raise WireFailed(WireFault.RESET, "the connection was closed before a reply")
        self.begun = True
        try:
            self._h11.receive_data(data)
            return self._events()
        except h11.RemoteProtocolError as error:
            raise WireFailed(WireFault.TORN, f"no whole HTTP reply: {error}") from error

    def _events(self) -> WireReply | None:
        while True:
            event = self._h11.next_event()
            if event is h11.NEED_DATA or event is h11.PAUSED:
                return None
            if isinstance(event, h11.Response):
                self._status = event.status_code
                for raw_name, raw_value in event.headers:
                    name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
                    known = self._headers.get(name)
                    self._headers[name] = value if known is None else f"{known}, {value}"
            elif isinstance(event, h11.Data):
                self._body += event.data
                if len(self._body) > self._body_max:
                    raise WireFailed(WireFault.TORN, f"a body beyond {self._body_max} bytes")
            elif isinstance(event, h11.EndOfMessage):
                unasked, _ = self._h11.trailing_data
                self.keeps_alive = self._h11.their_state is h11.DONE and not unasked
                return WireReply(self._status, self._headers, bytes(self._body))
            elif isinstance(event, h11.ConnectionClosed):
                raise WireFailed(WireFault.TORN, "the connection ended inside the reply")
