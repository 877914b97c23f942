"""The pilot's clamp: so many strikes and so many contracts, over everything it does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.quoting.quotes import Quote
from kalshi_alpha.core.types import E2_PER_CONTRACT, Contracts


@dataclass(frozen=True, slots=True)
class Clamp:
    """How much may be held and wanted together.

    Attributes
    ----------
    bins
        Strikes, each a bin of its ladder, in which anything is held or wanted.
    contracts
        Contracts held and wanted, YES and NO alike.

    Raises
    ------
    BadParameter
        If nothing at all may be held.
    """

    bins: int
    contracts: Contracts

    def __post_init__(self) -> None:
        if self.bins < 1:
            raise BadParameter(f"a clamp leaves at least one bin, was {self.bins}")

    def applied(self, quotes: Iterable[Quote], held_e2: Mapping[str, int]) -> tuple[Quote, ...]:
        """Return the quotes that there is room for, the last of them cut to whole contracts.

        Strikes in which something is held come first, because they use up a bin whether they are
        quoted or not; then the largest edge a contract.

        Parameters
        ----------
        quotes
            What is wanted beyond what is held.
        held_e2
            Signed hundredths of contracts by market.
        """
        held = {ticker for ticker, net in held_e2.items() if net}
        room_e2 = self.contracts.e2 - sum(abs(net) for net in held_e2.values())
        bins, kept = set(held), list[Quote]()
        for quote in sorted(quotes, key=lambda q: _rank(q, held)):
            if quote.ticker not in bins and len(bins) >= self.bins:
                continue
            size_e2 = quote.contracts.e2
            if size_e2 > room_e2:
                size_e2 = max(room_e2, 0) // E2_PER_CONTRACT * E2_PER_CONTRACT
            if size_e2:
                bins.add(quote.ticker)
                room_e2 -= size_e2
                kept.append(replace(quote, contracts=Contracts(size_e2)))
        return tuple(kept)


def _rank(quote: Quote, held: set[str]) -> tuple[bool, float, str, str]:
    return quote.ticker not in held, -quote.ev_honest, quote.ticker, quote.side.value
