"""What a quote is worth: expected value raw and honest, adverse selection, and which to send."""

from kalshi_alpha.core.pricing.adverse_selection import (
    MarkOutPrior,
    informed_flow_adverse,
    informed_flow_posterior,
    mark_out_adverse,
    mark_out_adverse_by,
)
from kalshi_alpha.core.pricing.candidates import (
    Candidate,
    Placement,
    opening_candidate,
    quote_candidates,
)
from kalshi_alpha.core.pricing.expected_value import (
    ev_honest,
    ev_raw,
    honest_prob,
    model_fee_per_contract,
    side_prob,
)
from kalshi_alpha.core.pricing.order_value import (
    order_value,
    rank_legs,
    value_per_capital_hour,
)

__all__ = [
    "Candidate",
    "MarkOutPrior",
    "Placement",
    "ev_honest",
    "ev_raw",
    "honest_prob",
    "informed_flow_adverse",
    "informed_flow_posterior",
    "mark_out_adverse",
    "mark_out_adverse_by",
    "model_fee_per_contract",
    "opening_candidate",
    "order_value",
    "quote_candidates",
    "rank_legs",
    "side_prob",
    "value_per_capital_hour",
]
