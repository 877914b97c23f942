from __future__ import annotations

from collections.abc import Callable

from kalshi_alpha.exec.quoting.desk import Books, Desk, DeskState, Solver
from kalshi_alpha.exec.quoting.solver import ScanSolver
from kalshi_alpha.exec.session.live_books import LiveBooks
from kalshi_alpha.exec.session.live_desk import LiveDesk


def test_the_live_parts_are_what_the_loop_needs() -> None:
    """The type checker compares the signatures; here that nothing is missing."""
    desk: Callable[..., Desk] = LiveDesk
    books: Callable[..., Books] = LiveBooks
    solver: Callable[..., Solver] = ScanSolver
    for part, port in ((desk, Desk), (books, Books), (solver, Solver)):
        wanted = {name for name in vars(port) if not name.startswith("_")}
        assert wanted
        assert {name for name in wanted if not hasattr(part, name)} == set()


def test_a_state_without_orders_is_empty() -> None:
    state = DeskState((), frozenset(), frozenset(), {})
    assert (state.resting, state.busy, state.locked) == ((), frozenset(), frozenset())
