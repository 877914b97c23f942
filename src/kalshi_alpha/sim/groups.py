"""Order groups: a limit on what may be matched within a rolling window."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from kalshi_alpha.core.types import Contracts

if TYPE_CHECKING:
    from kalshi_alpha.sim.orders import LiveOrder

GROUP_WINDOW = timedelta(seconds=15)


class GroupView(msgspec.Struct, frozen=True):
    """An order group as it stands: its limit, what matched within the window, its live orders."""

    group_id: str
    limit: Contracts
    matched_e2: int
    triggered: bool
    order_ids: tuple[str, ...]


class OrderGroup:
    """Orders that stop together once too many contracts were matched within the window.

    The fill that reaches the limit stands in full; what follows it is what the group prevents.
    """

    __slots__ = ("_matched", "_matched_e2", "group_id", "limit_e2", "orders", "triggered")

    def __init__(self, group_id: str, limit: Contracts) -> None:
        self.group_id = group_id
        self.limit_e2 = limit.e2
        self.triggered = False
        self.orders: dict[str, LiveOrder] = {}
        self._matched: deque[tuple[datetime, int]] = deque()
        self._matched_e2 = 0

    def matched_e2(self, at: datetime) -> int:
        """Return the contracts matched within the window that ends now."""
        since = at - GROUP_WINDOW
        while self._matched and self._matched[0][0] <= since:
            self._matched_e2 -= self._matched.popleft()[1]
        return self._matched_e2

    def count(self, filled_e2: int, at: datetime) -> bool:
        """Count a match and say whether the limit is reached by it."""
        self._matched.append((at, filled_e2))
        self._matched_e2 += filled_e2
        return self.matched_e2(at) >= self.limit_e2

    def reset(self) -> None:
        """Forget what was matched, and take orders again."""
        self._matched.clear()
        self._matched_e2 = 0
        self.triggered = False

    def view(self, at: datetime) -> GroupView:
        """Return the group as it stands."""
        return GroupView(
            self.group_id,
            Contracts(self.limit_e2),
            self.matched_e2(at),
            self.triggered,
            tuple(self.orders),
        )
