"""Collateral that mutually exclusive markets of one event return to each other.

At most one of them can be YES, so of the NO contracts that an account holds in several of them all
but those of one market must win: what they will pay is returned at once. How the venue does this
in detail is not published, so it is off unless asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kalshi_alpha.sim.accounts import Account, Holding

_E6_PER_E2 = 10_000


class EventNetting:
    """One account in one event: its holdings there, and what was returned for them.

    ``decided`` is set once a market of the event has settled as YES: then every NO must win.
    """

    __slots__ = ("account", "decided", "holdings", "returned_e6")

    def __init__(self, account: Account) -> None:
        self.account = account
        self.holdings: list[Holding] = []
        self.returned_e6 = 0
        self.decided = False

    def certain_e2(self) -> int:
        """Return how many hundredths of NO contracts win whatever happens."""
        counts = [_no_e2(holding) for holding in self.holdings]
        return sum(counts) if self.decided else sum(counts) - max(counts, default=0)

    def spare_e2(self, holding: Holding) -> int:
        """Return how many NO contracts of a market can be closed with nothing to give back."""
        if self.decided:
            return 0
        others = (_no_e2(other) for other in self.holdings if other is not holding)
        return max(0, _no_e2(holding) - max(others, default=0))

    def update(self) -> None:
        """Return or take back collateral after a change of position, and lock accordingly."""
        due_e6 = self.certain_e2() * _E6_PER_E2
        self.account.cash_e6 += due_e6 - self.returned_e6
        self.returned_e6 = due_e6
        for holding in self.holdings:
            holding.relock()


def _no_e2(holding: Holding) -> int:
    return max(0, -holding.position_e2)
