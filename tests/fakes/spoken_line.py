"""A connection of the stream that says what a test has it say, frame by frame."""

from __future__ import annotations

import json


class SpokenLine:
    """Keeps what is to be received next; numbered frames are all of one subscription."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.seq = 0

    def say(self, **frame: object) -> None:
        self.said.append(json.dumps(frame).encode())

    def numbered(self, kind: str, **msg: object) -> None:
        """Say a frame with the next number."""
        self.seq += 1
        self.say(type=kind, sid=1, seq=self.seq, msg=msg)

    async def close(self) -> None:
        pass
