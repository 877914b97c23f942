"""The page that recomputes one proposal by hand says what the demo says, figure by figure."""

from __future__ import annotations

import ast
import json
import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.pipelines import daily
from runs import REPO, at_home_in_new_york, new_root

PAGE = REPO / "docs" / "worked-example.md"
TICKER = "KXCPI-24NOV-T0.3"
CONSTANTS = {"1", "2", "3", "4", "6", "8", "10", "100", "10000"} | {
    "0.0175",  # the venue's maker rate
    "0.005",  # adverse selection
    "0.25",  # Kelly multiplier, and the cap of one piece of news
    "0.5",  # expected fill ratio, and rounding half up
    "0.9",  # shrink
    "3000",  # the ladder's position limit
}
_STEP = 0.0001


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Run the demo, then the same mode after the print, which settles the ledger."""
    root = new_root(tmp_path_factory.mktemp("demo"))
    with at_home_in_new_york(root):
        common = ["--mode", "pre_cpi", "--offline", "--quiet", "--paper-ledger"]
        common += ["--driver-fixtures", str(REPO / "tests/fixtures")]
        common += ["--scanner-fixtures", str(REPO / "tests/data_fixtures")]
        assert daily.main(common) == 0
        assert daily.main([*common, "--as-of", "2024-12-11T14:00:00Z"]) == 3
    paths = Paths(root)
    return {
        "proposals": json.loads((paths.proposals / "CPI/2024-12-11T113000Z.json").read_bytes()),
        "row": next(r for r in LedgerStore(paths).entries() if r.market_ticker == TICKER),
    }


def test_every_figure_of_the_page_is_the_demo_s_own(demo: Mapping[str, Any]) -> None:
    page, found = _page_lines(), _run_figures(demo)
    assert set(page) == set(found)
    wrong = {
        name: f"page {text}, run {found[name]!r}"
        for name, (_, text) in page.items()
        if not _rounds_to(found[name], text)
    }
    assert not wrong


def test_every_formula_of_the_page_gives_its_result() -> None:
    wrong = {
        name: f"{formula} = {_evaluate(formula)!r}, page {text}"
        for name, (formula, text) in _page_lines().items()
        if formula and not abs(_evaluate(formula) - float(text)) <= _slack(text)
    }
    assert not wrong


def test_every_number_in_a_formula_was_a_result_or_is_a_price_or_a_size_of_the_run(
    demo: Mapping[str, Any],
) -> None:
    known = CONSTANTS | _quoted_numbers(demo["proposals"]["proposals"])
    strange: dict[str, set[str]] = {}
    for name, (formula, text) in _page_lines().items():
        numbers = set(re.findall(r"[0-9]+(?:\.[0-9]+)?", formula))
        if not numbers <= known:
            strange[name] = numbers - known
        known.add(text)
    assert not strange


def test_the_readme_shows_what_the_demo_prints(demo: Mapping[str, Any]) -> None:
    document, readme = demo["proposals"], (REPO / "README.md").read_text()
    ours = next(p for p in document["proposals"] if p["market_ticker"] == TICKER)
    line = f"  {TICKER:<22} {ours['side'].upper():<3} {ours['contracts']} @ {ours['price']}  "
    assert f"{line}honest edge {100 * ours['ev_honest']:+.2f} c\n" in readme
    counts = len(document["proposals"]), len(document["not_proposed"])
    assert "{} proposals, {} markets not traded\n".format(*counts) in readme
    verdict = "GO" if document["verdict"]["go"] else "NO-GO"
    assert f"CPI OFFLINE {document['generated_at']}: {verdict}\n" in readme


def test_the_table_of_t_that_the_page_quotes_is_right() -> None:
    assert _t6_cdf(0.553) == pytest.approx(0.70, abs=5e-4)
    assert _t6_cdf(0.718) == pytest.approx(0.75, abs=5e-4)


def _page_lines() -> dict[str, tuple[str, str]]:
    """Return the lines of the page's text blocks: name to (formula or nothing, result)."""
    lines: dict[str, tuple[str, str]] = {}
    for block in re.findall(r"^```text\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            name, *parts = (part.strip() for part in re.split(r" = ", line))
            assert len(parts) in {1, 2}, line
            assert name not in lines, line
            lines[name] = (parts[0] if len(parts) == 2 else "", parts[-1])
    return lines


def _run_figures(demo: Mapping[str, Any]) -> dict[str, float]:
    document = demo["proposals"]
    ours = next(p for p in document["proposals"] if p["market_ticker"] == TICKER)
    figures = _forecast_figures(document) | _pool_figures(document) | _sizing_figures(ours)
    figures |= _news_figures(document)
    contracts, fee = float(ours["contracts"]), float(ours["fee"])
    index = _all_items()
    change = 100 * (index["2024-11"] / index["2024-10"] - 1)
    row = demo["row"]
    assert row.filled_e2 == row.posted_e2
    return figures | {
        "PAL room": float(ours["pal_room"]),
        "contracts": contracts,
        "trade fee": 0.0175 * contracts * 0.68 * 0.32,
        "principal": contracts * float(ours["price"]),
        "max loss": float(ours["max_loss"]),
        "fee": fee,
        "fee per contract": ours["ev_shrink"]["phi"],
        "EV raw": ours["ev_raw"],
        "EV honest": ours["ev_honest"],
        "staked": ours["staked_fraction"],
        "expected profit": ours["ev_order"],
        "index of October": index["2024-10"],
        "index of November": index["2024-11"],
        "change in percent": change,
        "print": math.floor(10 * change + 0.5) / 10,
        "payout": row.payout_e6 / 1e6,
        "profit": (row.payout_e6 - row.fee_e6) / 1e6 - row.cost.dollars,
    }


def _forecast_figures(document: Mapping[str, Any]) -> dict[str, float]:
    month, year, _ = document["forecasts"]
    scale = month["latent_sd"] * math.sqrt(4 / 6)
    t = (0.35 - month["latent_mean"]) / scale
    u = t / math.sqrt(6 + t * t)
    ours = next(p for p in document["proposals"] if p["market_ticker"] == TICKER)
    assert ours["prob_model"] == pytest.approx(_t6_cdf(t), abs=1e-8)
    return {
        "latent mean": month["latent_mean"],
        "latent sd": month["latent_sd"],
        "t scale": scale,
        "half-step edge": 0.35,
        "t": t,
        "u": u,
        "c": 1 - u * u,
        "P(NO pays)": ours["prob_model"],
        "P(month is 0.4)": _prob(month, lambda x: x == 0.4),
        "P(year is 2.8)": _prob(year, lambda x: x == 2.8),
    }


def _pool_figures(document: Mapping[str, Any]) -> dict[str, float]:
    ours = next(p for p in document["proposals"] if p["market_ticker"] == TICKER)
    weight = document["pool_weights"][ours["event_ticker"]]
    assert weight == {"weight": weight["prior"], "prior": weight["prior"], "n_units": 0}
    model, market, pooled = (ours[f"prob_{name}"] for name in ("model", "market", "pooled"))
    return {
        "weight": weight["weight"],
        "model, for NO": math.log(model / (1 - model)),
        "market, for NO": math.log(market / (1 - market)),
        "pool, for NO": math.log(pooled / (1 - pooled)),
        "pooled probability": pooled,
        "away from the mid": pooled - market,
    }


def _sizing_figures(ours: Mapping[str, Any]) -> dict[str, float]:
    price = float(ours["price"])
    cost = price + _rate(ours) * price * (1 - price)
    filled = ours["prob_honest"] - 0.005
    return {
        "our price": price,
        "best ask for NO": 2 * ours["prob_market"] - price,
        "market mid": ours["prob_market"],
        "fee before rounding": cost - price,
        "cost per contract": cost,
        "honest probability": ours["prob_honest"],
        "given a fill": filled,
        "edge given a fill": filled - cost,
        "full Kelly": ours["kelly_fraction"],
        "asked for": 0.25 * ours["kelly_fraction"],
        "contracts asked for": _wanted(ours),
    }


def _news_figures(document: Mapping[str, Any]) -> dict[str, float]:
    proposals = document["proposals"]
    at_risk = {p["market_ticker"]: _at_risk(p, _wanted(p)) for p in proposals}
    ladders = {
        series: sum(at_risk[p["market_ticker"]] for p in proposals if p["series_ticker"] == series)
        for series in ("KXCPI", "KXCPIYOY")
    }
    # Nothing was cut: every order has the size that Kelly asked for.
    assert {p["market_ticker"]: float(p["contracts"]) for p in proposals} == {
        p["market_ticker"]: _wanted(p) for p in proposals
    }

    ladder = [p["market_ticker"] for p in proposals if p["series_ticker"] == "KXCPI"]
    earlier = ladder[: ladder.index(TICKER)]
    return {
        **{
            f"{p['market_ticker']} {p['side'].upper()}": at_risk[p["market_ticker"]]
            for p in proposals
        },
        "ladder room": 3000 - sum(at_risk[ticker] for ticker in earlier),
        "at risk in KXCPI": ladders["KXCPI"],
        "at risk in KXCPIYOY": ladders["KXCPIYOY"],
        "at risk in both": sum(ladders.values()),
        "cap of the news": 0.25 * float(document["bankroll_usd"]),
        "value at risk": document["value_at_risk"]["usd"],
    }


def _wanted(p: Mapping[str, Any]) -> int:
    return math.floor(0.25 * float(p["kelly_fraction"]) * 10_000 / _cost(p))


def _cost(p: Mapping[str, Any]) -> float:
    price = float(p["price"])
    return price + _rate(p) * price * (1 - price)


def _rate(p: Mapping[str, Any]) -> float:
    return 0.0 if p["series_ticker"] == "KXCPICORE" else 0.0175


def _at_risk(p: Mapping[str, Any], contracts: int) -> float:
    return math.ceil(round(contracts * _cost(p) / _STEP, 6)) * _STEP


def _prob(forecast: Mapping[str, Any], wanted: Callable[[float], bool]) -> float:
    return math.fsum(each["prob"] for each in forecast["pmf"] if wanted(float(each["value"])))


def _t6_cdf(t: float) -> float:
    u = t / math.sqrt(6 + t * t)
    c = 1 - u * u
    return (1 + u * (1 + c / 2 + 3 * c * c / 8)) / 2


def _all_items() -> dict[str, float]:
    """Return the adjusted all-items index by month, from the publisher's own answers."""
    levels: dict[str, float] = {}
    for day in ("2024-11-13", "2024-12-11"):
        body = json.loads((REPO / f"tests/fixtures/bls_cpi/{day}.json").read_bytes())
        for series in body["Results"]["series"]:
            if series["seriesID"] == "CUSR0000SA0":
                levels |= {
                    f"{each['year']}-{each['period'][1:]}": float(each["value"])
                    for each in series["data"]
                }
    return levels


def _quoted_numbers(proposals: list[Mapping[str, Any]]) -> set[str]:
    """Return prices, complements and sizes before caps, as the page writes them."""
    prices = {round(float(p["price"]), 4) for p in proposals}
    complements = {round(1 - price, 4) for price in prices}
    # The best YES bid is one dollar less the ask for NO; the strike's neighbours bound the edge.
    return (
        {f"{number:g}" for number in prices | complements}
        | {str(_wanted(p)) for p in proposals}
        | {"0.28", "0.3", "0.4"}
    )


def _rounds_to(value: float, text: str) -> bool:
    return abs(value - float(text)) <= 0.501 * _ulp(text)


def _slack(text: str) -> float:
    """Return how far a formula of rounded figures may miss: a last digit, if it is a small one."""
    return (1.5 if _ulp(text) <= 1e-4 else 0.501) * _ulp(text)


def _ulp(text: str) -> float:
    return float(10.0 ** -len(text.partition(".")[2]))


_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_CALLS: dict[str, Callable[[float], float]] = {
    "sqrt": math.sqrt,
    "floor": math.floor,
    "ceil": math.ceil,
    "log": math.log,
    "exp": math.exp,
}


def _evaluate(formula: str) -> float:
    return _value(ast.parse(formula.replace("^", "**"), mode="eval").body)


def _value(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](_value(left), _value(right))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return _CALLS[name](_value(argument))
        case _:
            raise AssertionError(ast.dump(node))
