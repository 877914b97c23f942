from __future__ import annotations

from kalshi_alpha.exec.tearsheet import palette


def test_every_sentinel_becomes_a_variable_that_both_grounds_declare() -> None:
    sentinels = (
        *(palette.INK, palette.SOFT, palette.GRID, palette.PAPER, palette.MODEL),
        *(palette.MARKET, palette.QUOTE, palette.BASE, palette.GOOD, palette.BAD),
    )
    assert len(set(sentinels)) == len(sentinels)
    shown = palette.with_variables(" ".join(sentinels))
    assert "#" not in shown
    for dark in (False, True):
        declared = palette.variables(dark=dark)
        assert all(f"{name[6:-1]}:#" in declared for name in shown.split())


def test_what_is_no_sentinel_keeps_its_colour() -> None:
    assert palette.with_variables("fill: #a1b2ff") == "fill: #a1b2ff"


def test_text_can_be_read_on_both_grounds() -> None:
    for dark in (False, True):
        found = dict(each.split(":") for each in palette.variables(dark=dark).split(";") if each)
        for name in ("--ink", "--soft", "--model", "--quote", "--good", "--bad", "--base"):
            least = 4.5 if name in {"--ink", "--soft", "--good", "--bad", "--model"} else 3.0
            assert _contrast(found[name], found["--paper"]) >= least, (name, dark)


def _contrast(one: str, other: str) -> float:
    """Ratio of relative luminances, WCAG 2.2."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
