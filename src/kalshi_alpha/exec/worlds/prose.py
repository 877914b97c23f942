"""The words of ``docs/worlds.md`` that no run changes."""

from __future__ import annotations

HEAD = """\
# Truth worlds

Made by `python -m kalshi_alpha.exec.worlds --seeds N --guard-paths M --write-docs`; not written by
hand. A world is a market whose truth is known. A desk lives in it for two years and does what the
program does; then the table says how often the ramp was right. Nothing here was measured on the
venue: spread, depth, flow, news and the market's errors are assumptions (`core/worlds/world.py`),
and what a real market shows may differ.
"""

CHAIN = """\
## What is real and what is simulated

Simulated: the print, what becomes known when, the market's error, its quotes and depth, the takers,
and our model's error. Everything after that is the program's own functions, not a copy of their
formulas:

- a forecast's distribution: `core.forecast.on_grid`; pooling, pricing, sizing, position and unit
  caps, value at risk: `core.proposals.scan.scan`, on Monday, Tuesday and Wednesday of every week,
  with `core.forecast.pooling.learn_weight` every thirteen weeks;
- fills: `core.execution.paper_queue.paper_fills` (queue first, a touch fills nothing); fees:
  `core.fees.OrderFees`; settlement: `core.ledger.settle`;
- statistics, honesty bins and the decision: `core.ramp.figures.figures` and
  `core.gates.evidence.ramp_reading` with the limits and the declared statistic of
  `configs/ramp.yaml`; a look at which the fills or both t-statistics fall short is NO-GO, and the
  rest is not worked out;
- guard: `core.guards.sequential` with `core.guards.union_threshold`, calibrated on a life that is
  not judged.

Left out: the safety part of the ramp (feeds, clock, heartbeat, drawdown), and bin weights and size
steps, which change pilot orders and not the paper evidence. Kelly's sizes have a ceiling of 100
contracts an order. In every world one taker in a hundred knows the outcome, if nothing else is
said.
"""

READING = """\
How to read it:

- **GO ever** is what an operator lives through: a look after every settled week, and GO if any of
  about a hundred said so. **Edge net** is realised profit per contract after fees over all seeds;
  100 bps is one cent. **Δ** is realised less honestly expected edge, and what the ramp judges.
  Ranges are 95 % intervals.
- Δ is not the edge: a desk that earns just what it honestly promised has a Δ near zero, whatever
  it earns. The world `promised` is that border: its edge is real and its Δ is about zero, so that
  every GO there is luck, and their share is what looking every week makes of a t-statistic of two.
- The columns after **GO at the end** are GO ever under other rules. **by closing mids**: only looks
  that the declared closing mids judged. Where these fail their test of calibration, outcomes judge
  in their place; and they fail it most often in a life that was lucky, whose outcomes then say GO.
  **bins by own spread**: honesty bins veto by the spread of their own units, and not by the one
  that the stored beliefs imply. A score of longshots that all lost has no spread, and vetoes a
  family that has done nothing wrong. **bins size only**: no veto at all.
- In `informed` the takers who know the outcome cost money that closing mids do not see, because
  nobody else learns what they know: Δ by closing mids is higher than Δ by outcomes.
- The e-value asks whether settled profit is above zero. Two years of weekly prints are too few to
  say so of two cents, so a ramp that asked for it would hardly ever be GO.
- The guard is fed settled profit too, at a run length of two years of weekly units: it is not made
  to see an edge of two cents die within one year. A run length is a mean, and an honest guard
  alerts by chance about once in it, whenever that is: of lives with as many units as a world has,
  **by run length** would have an alert if all were honest, 1 - e^(-units / run length). So half of
  the honest lives of two years hold one alert, and its memo. That the alerts of `edge` are of that
  kind was measured apart, over 24 of its lives of ten years with the guard begun anew after every
  alert: 93 ±18 units to an alert as lived, and 111 ±24 with outcomes drawn from the stored
  forecasts, where 104 were asked for.
- **true** is the honesty slope over the fills of all seeds; the slope of one life has an error of
  one to two, and its mean over few seeds is no better than its range says. **90 % cover** is the
  share of lives whose interval (`core.ledger.slope_interval`) holds it. The interval is that of
  leaving units out one by one, with Student's law on the degrees of freedom that the error has: a
  life of 75 units has about 35. The usual clustered error times the normal quantile covers two to
  three per cent less, because the units that pull the slope most leave the smallest residuals.
"""
