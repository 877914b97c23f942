"""The two sides of a contract."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """YES pays one dollar when the market's statement holds, NO when it does not."""

    YES = "yes"
    NO = "no"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.NO if self is Side.YES else Side.YES
