"""How long the sequential guard runs without a fault, and how soon it finds a lost edge.

    python benchmarks/sequential_guard.py [--json FILE] [--paths N]

Books of single binary contracts, at one price and mixed. For each, the threshold is calibrated on
the book's own stored forecasts, as the monitors do, and then the whole guard (the sum and both
e-detectors) is run on fresh draws: honest ones, and ones that win ten cents less often than was
believed. The run asserts the figures that the guard promises.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.guards.calibration import UnitForecast
from kalshi_alpha.core.guards.sequential import DEFAULT_K
from kalshi_alpha.core.guards.union_threshold import atom_table, union_paths, union_threshold

PRICES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
DELAY_MAX = {250: 80.0, 500: 130.0}
"""Units to an alarm on a mixed book after a loss of ten cents, by wanted run length."""
SHORTER_MAX = 0.8
MIXED_WITHIN = (0.8, 1.2)
SHORTFALL = 0.10


def bought(price: float) -> UnitForecast:
    """Return one contract at a fair price."""
    return UnitForecast((price, 1.0 - price), (1.0 - price, -price))


def books(rng: np.random.Generator) -> dict[str, list[UnitForecast]]:
    """Return the books: one at each price, and a mixed one of 250 units."""
    single = {f"{price:.2f}": [bought(price)] * 10 for price in PRICES}
    mixed = [bought(float(price)) for price in rng.uniform(0.05, 0.95, 250)]
    return {"mixed": mixed, **single}


def true_odds(units: list[UnitForecast], shortfall: float) -> FloatArray:
    """Return the atoms' probabilities if every unit wins that much less often."""
    wins = [max(unit.probs[0] - shortfall, 0.0) for unit in units]
    return np.concatenate([[win, 1.0 - win] for win in wins]) / len(units)


def measure(target: int, n_paths: int, seed: int = 11) -> list[dict[str, object]]:
    """Measure every book at one wanted run length."""
    rows: list[dict[str, object]] = []
    for name, units in books(np.random.default_rng(seed)).items():
        rng = np.random.default_rng([seed, target])
        found = union_threshold(units, DEFAULT_K, target, rng)
        table = atom_table(units)
        honest = union_paths(table, DEFAULT_K, target, rng, n_paths=n_paths)
        lost = union_paths(
            table, DEFAULT_K, target, rng, n_paths=n_paths, draw=true_odds(units, SHORTFALL)
        )
        rows.append(
            {
                "target": target,
                "book": name,
                "h": found.h,
                "h_source": found.source,
                "run_length": honest.arl(found.h),
                "delay": lost.arl(found.h),
            }
        )
    return rows


def check(rows: list[dict[str, object]]) -> None:
    """Assert what the guard promises."""
    for row in rows:
        target, length = float(str(row["target"])), float(str(row["run_length"]))
        assert length >= SHORTER_MAX * target, row
        if row["book"] == "mixed":
            assert MIXED_WITHIN[0] * target <= length <= MIXED_WITHIN[1] * target, row
            assert float(str(row["delay"])) <= DELAY_MAX[int(target)], row


def main() -> None:
    """Measure, print a table, and assert."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--paths", type=int, default=2_000)
    options = parser.parse_args()
    rows = [row for target in DELAY_MAX for row in measure(target, options.paths)]
    print("| wanted | price | h | from | honest run length | units to find 10 c lost |")
    print("| ---: | ---: | ---: | --- | ---: | ---: |")
    for row in rows:
        shown = f"{row['h']:.2f} | {row['h_source']} | {row['run_length']:.0f} | {row['delay']:.0f}"
        print(f"| {row['target']} | {row['book']} | {shown} |")
    if options.json:
        options.json.write_text(json.dumps(rows))
    check(rows)


if __name__ == "__main__":
    main()
