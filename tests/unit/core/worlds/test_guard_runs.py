from __future__ import annotations

import numpy as np

from kalshi_alpha.core.guards.calibration import Threshold
from kalshi_alpha.core.worlds.guard_runs import PRICES, GuardBook, run_length

BOOK = GuardBook(PRICES, 25.0)


def test_a_mixed_book_runs_about_as_long_as_was_asked_for() -> None:
    rng = np.random.default_rng(1)
    found = run_length(BOOK, BOOK.guard(BOOK.calibrated(rng)), rng, n_paths=150)
    assert abs(found.mean - 25.0) < 4.0 * found.se
    assert found.cut == 0


def test_units_that_earn_less_are_seen_sooner() -> None:
    guard = BOOK.guard(Threshold(3.0, "given", ""))
    honest = run_length(BOOK, guard, np.random.default_rng(2), n_paths=60)
    dead = run_length(BOOK, guard, np.random.default_rng(2), loss=0.2, n_paths=60)
    assert dead.mean < honest.mean


def test_a_history_that_never_alerts_is_counted_as_cut() -> None:
    book = GuardBook((0.5,), 5.0)
    guard = book.guard(Threshold(1e6, "given", ""))
    rng = np.random.default_rng(3)
    found = run_length(book, guard, rng, loss=-0.5, n_paths=3)
    assert (found.cut, found.mean) == (3, 100.0)


def test_one_history_has_no_error() -> None:
    book = GuardBook((0.5,), 5.0)
    guard = book.guard(Threshold(1.0, "given", ""))
    assert run_length(book, guard, np.random.default_rng(4), n_paths=1).se == np.inf
