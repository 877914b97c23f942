"""Models of the maximum that were tried, with their walk-forward scores."""

from __future__ import annotations

CONFIGURATIONS_RUN = 197
"""Every setting scored, with each of the dispersion factors; those moved a score by 0.16 points
at most and are not listed one by one."""

# Name; CRPS skill against the best guidance less its mean error of 60 days, percent, at KNYC,
# KMDW and KMIA, 2023-01 to 2025-02; None where it was not run. Normal errors, and guidance as it
# is, unless the name says otherwise. Settings were also scored on the years before: 2016-2022 at
# KMDW and KMIA, 2022 at KNYC.
_GUIDED: tuple[tuple[str, float | None, float | None, float | None], ...] = (
    ("EMOS, 365 days", 2.96, -0.64, 3.29),
    ("EMOS, two harmonics, 365 days", 5.39, 2.00, 1.38),
    ("EMOS, one harmonic, 365 days", 5.22, 0.02, 3.08),
    ("EMOS, two harmonics, seasonal variance, 365 days", 5.56, 2.62, 1.35),
    ("EMOS, two harmonics, seasonal variance, drops of over 5 F, 365 days", 5.82, 2.86, 0.90),
    ("EMOS, two harmonics, seasonal variance, jumps of over 5 F, 365 days", 5.48, 3.22, -0.10),
    ("EMOS, two harmonics, seasonal variance, last error, 365 days", 5.41, 4.11, 1.67),
    (
        "EMOS, two harmonics, seasonal variance, drops of over 5 F, 30-day bias, 365 days",
        4.05,
        3.21,
        0.34,
    ),
    ("EMOS, 730 days", 2.23, -0.67, 0.14),
    ("EMOS, two harmonics, 730 days", 6.06, 0.33, -0.18),
    ("EMOS, one harmonic, 730 days", 4.99, 0.60, 0.16),
    ("EMOS, two harmonics, seasonal variance, 730 days", 6.17, 0.79, -0.18),
    ("EMOS, two harmonics, seasonal variance, drops of over 5 F, 730 days", 6.33, 0.83, -0.27),
    ("EMOS, two harmonics, seasonal variance, jumps of over 5 F, 730 days", 6.21, 1.43, -0.46),
    ("EMOS, two harmonics, seasonal variance, last error, 730 days", 6.22, 3.41, 0.50),
    (
        "EMOS, two harmonics, seasonal variance, drops of over 5 F, 30-day bias, 730 days",
        5.87,
        5.96,
        3.88,
    ),
    ("EMOS, 1460 days", 2.36, 0.95, 1.92),
    ("EMOS, two harmonics, 1460 days", 5.84, 2.72, 1.45),
    ("EMOS, one harmonic, 1460 days", 5.18, 1.99, 1.62),
    ("EMOS, two harmonics, seasonal variance, 1460 days", 5.98, 3.06, 1.46),
    ("EMOS, two harmonics, seasonal variance, drops of over 5 F, 1460 days", 6.09, 3.27, 1.43),
    ("EMOS, two harmonics, seasonal variance, jumps of over 5 F, 1460 days", 6.00, 3.69, 1.45),
    ("EMOS, two harmonics, seasonal variance, last error, 1460 days", 5.91, 4.79, 2.06),
    (
        "EMOS, two harmonics, seasonal variance, drops of over 5 F, 30-day bias, 1460 days",
        6.09,
        6.67,
        5.35,
    ),
    ("mean of both MOS less its 60-day bias", None, 4.23, 4.62),
    ("inputs less bias of half-life 10, weak prior, 730 days", 5.49, 8.13, 5.75),
    ("inputs less bias of half-life 20, weak prior, 730 days", 5.88, 6.99, 6.05),
    ("inputs less bias of half-life 40, weak prior, 730 days", 5.72, 5.33, 5.79),
    ("bias as input (half-life 10), two harmonics, 730 days", 5.97, 6.53, 4.65),
    ("bias as input (half-life 20), two harmonics, 730 days", 5.52, 5.45, 5.01),
    ("bias as input (half-life 40), two harmonics, 730 days", 5.24, 4.06, 4.93),
    ("bias as input (half-lives 3, 20), two harmonics, 730 days", 5.53, 6.72, 4.64),
    ("bias as input (half-life 20), two harmonics, jumps, 730 days", 5.55, 5.79, 4.70),
    ("bias as input (half-lives 3, 20), two harmonics, jumps, 730 days", 5.53, 6.86, 4.31),
    (
        "bias as inputs (half-lives 3, 20), two harmonics, jumps in mean and variance, 730 days",
        5.66,
        6.88,
        4.34,
    ),
    ("bias as inputs (half-lives 3, 20), one harmonic, jumps, 730 days", 5.47, 7.52, 4.72),
    (
        "bias as inputs (half-lives 3, 20), GEFS mean, two harmonics, jumps, 730 days",
        5.81,
        None,
        None,
    ),
    ("inputs less bias of half-life 10, weak prior, 1460 days", 5.63, 7.90, 6.30),
    ("inputs less bias of half-life 20, weak prior, 1460 days", 6.04, 6.68, 6.70),
    ("inputs less bias of half-life 40, weak prior, 1460 days", 5.92, 4.89, 6.61),
    ("bias as input (half-life 10), two harmonics, 1460 days", 6.00, 7.03, 6.06),
    ("bias as input (half-life 20), two harmonics, 1460 days", 5.86, 6.24, 6.34),
    ("bias as input (half-life 40), two harmonics, 1460 days", 5.88, 5.04, 6.24),
    ("bias as input (half-lives 3, 20), two harmonics, 1460 days", 5.95, 7.24, 6.20),
    ("bias as input (half-life 20), two harmonics, jumps, 1460 days", 5.88, 6.69, 6.35),
    ("bias as input (half-lives 3, 20), two harmonics, jumps, 1460 days", 5.96, 7.51, 6.20),
    (
        "bias as inputs (half-lives 3, 20), two harmonics, jumps in mean and variance, 1460 days",
        6.01,
        7.71,
        6.24,
    ),
    ("bias as inputs (half-lives 3, 20), one harmonic, jumps, 1460 days", 5.71, 7.51, 6.32),
    (
        "bias as inputs (half-lives 3, 20), GEFS mean, two harmonics, jumps, 1460 days",
        6.30,
        None,
        None,
    ),
    ("inputs less bias of half-life 10, weak prior, 2920 days", None, 7.89, 6.25),
    ("inputs less bias of half-life 20, weak prior, 2920 days", None, 6.48, 6.70),
    ("inputs less bias of half-life 40, weak prior, 2920 days", None, 4.31, 6.59),
    ("bias as input (half-life 10), two harmonics, 2920 days", None, 6.85, 6.21),
    ("bias as input (half-life 20), two harmonics, 2920 days", None, 5.77, 6.49),
    ("bias as input (half-life 40), two harmonics, 2920 days", None, 3.97, 6.31),
    ("bias as input (half-lives 3, 20), two harmonics, 2920 days", None, 6.77, 6.39),
    ("bias as input (half-life 20), two harmonics, jumps, 2920 days", None, 6.53, 6.54),
    ("bias as input (half-lives 3, 20), two harmonics, jumps, 2920 days", None, 7.32, 6.43),
    (
        "bias as inputs (half-lives 3, 20), two harmonics, jumps in mean and variance, 2920 days",
        None,
        7.45,
        6.46,
    ),
    ("bias as inputs (half-lives 3, 20), one harmonic, jumps, 2920 days", None, 7.58, 6.49),
    ("inputs less bias of half-life 10, normal, 730 days", 5.92, 8.32, 6.01),
    ("inputs less bias of half-life 10, t of 10, 730 days", 5.97, 8.31, 6.10),
    ("inputs less bias of half-life 10, t of 6, 730 days", 5.97, 8.28, 6.13),
    ("inputs less bias of half-life 15, normal, 730 days", 6.00, 7.68, 6.20),
    ("inputs less bias of half-life 15, t of 10, 730 days", 6.04, 7.67, 6.29),
    ("inputs less bias of half-life 15, t of 6, 730 days", 6.04, 7.63, 6.33),
    ("inputs less bias of half-life 20, normal, 730 days", 5.98, 7.06, 6.23),
    ("inputs less bias of half-life 20, t of 10, 730 days", 6.02, 7.05, 6.32),
    ("inputs less bias of half-life 20, t of 6, 730 days", 6.01, 7.01, 6.36),
    ("inputs less bias of half-life 10, normal, 1095 days", 5.96, 8.00, 6.35),
    ("inputs less bias of half-life 10, t of 10, 1095 days", 6.01, 7.98, 6.44),
    ("inputs less bias of half-life 10, t of 6, 1095 days", 6.01, 7.94, 6.47),
    ("inputs less bias of half-life 15, normal, 1095 days", 6.06, 7.32, 6.55),
    ("inputs less bias of half-life 15, t of 10, 1095 days", 6.11, 7.29, 6.64),
    ("inputs less bias of half-life 15, t of 6, 1095 days", 6.11, 7.25, 6.67),
    ("inputs less bias of half-life 20, normal, 1095 days", 6.05, 6.66, 6.60),
    ("inputs less bias of half-life 20, t of 10, 1095 days", 6.10, 6.63, 6.70),
    ("inputs less bias of half-life 20, t of 6, 1095 days", 6.10, 6.58, 6.73),
    ("half-life 15, normal, weights drawn to equal ones by 0.05, 730 days", 6.01, 7.68, 6.19),
    ("half-life 15, normal, weights drawn to equal ones by 0.5, 730 days", 5.45, 7.56, 6.08),
    ("half-life 15, normal, weights drawn to equal ones by 5, 730 days", 3.99, 7.29, 6.07),
    ("all inputs read, t of 6, equal weights", 6.05, 7.62, 6.32),
    ("all inputs read, t of 6, days weighted by half-life 365", 5.95, 7.81, 6.38),
    ("all inputs read, t of 8, equal weights", 6.06, 7.65, 6.30),
    ("with GEFS mean, t of 6, equal weights", 6.05, None, None),
    ("with GEFS mean, t of 6, days weighted by half-life 365", 5.93, None, None),
    ("with GEFS mean, t of 8, equal weights", 6.06, None, None),
    ("with RAP and GEFS mean, t of 6, equal weights", 5.92, None, None),
    ("with RAP and GEFS mean, t of 6, days weighted by half-life 365", 5.75, None, None),
    ("with RAP and GEFS mean, t of 8, equal weights", 5.92, None, None),
    ("without HRRR, t of 6, equal weights", 5.48, None, None),
    ("without HRRR, t of 6, days weighted by half-life 365", 5.31, None, None),
    ("without HRRR, t of 8, equal weights", 5.48, None, None),
    ("no yearly centre, half-life 15, prior 4, gaps skipped", 6.05, 7.83, 6.26),
    ("no yearly centre, half-life 15, prior 4, by the calendar", 6.05, 7.82, 6.25),
    ("yearly centre, half-life 15, prior 4", 5.96, 7.72, 6.23),
    ("yearly centre, half-life 15, prior 8", 6.11, 7.61, 6.19),
    ("yearly centre, half-life 10, prior 8", 6.14, 8.10, 6.04),
    ("yearly centre, half-life 10, prior 4", 5.86, 8.39, 6.08),
    ("chosen: yearly centre, half-life 12, prior 8", 6.14, 7.93, 6.13),
)

# Name; mean CRPS in degrees Fahrenheit over stations, and how many of them keep both their
# 90 % coverage and their PIT spread inside the 95 % bands, 2023-01 to 2025-12.
_CLIMATOLOGY: tuple[tuple[str, str], ...] = (
    ("climatology as fitted", "4.104, 16 of 21"),
    ("climatology, dispersion (prior 30)", "4.105, 19 of 21"),
    ("climatology with 60-day anomaly", "4.123, 15 of 21"),
    ("climatology with 60-day anomaly, dispersion (prior 30)", "4.124, 20 of 21"),
    ("climatology with 30-day anomaly", "4.125, 16 of 21"),
    ("climatology with 30-day anomaly, dispersion (prior 30)", "4.126, 19 of 21"),
    ("climatology of one harmonic with 60-day anomaly", "4.119, 13 of 21"),
    ("climatology of one harmonic with 60-day anomaly, dispersion (prior 30)", "4.120, 19 of 21"),
    (
        "taken for stations without guidance: climatology, dispersion of half-life 90, prior 90",
        "4.165, 18 of 18",
    ),
    ("climatology, dispersion of half-life 180, prior 60", "4.167, 15 of 18"),
    ("climatology, dispersion of half-life 180, prior 120", "4.166, 17 of 18"),
    ("climatology, dispersion of half-life 60, prior 60", "4.164, 18 of 18"),
    ("climatology, dispersion of half-life 90, prior 30", "4.166, 16 of 18"),
)


def _scores(*skills: float | None) -> str:
    named = zip(("KNYC", "KMDW", "KMIA"), skills, strict=True)
    found = ", ".join(f"{name} {skill:+.2f} %" for name, skill in named if skill is not None)
    return f"CRPS skill against debiased guidance: {found}"


VARIANTS: tuple[tuple[str, str], ...] = (
    *((name, _scores(*skills)) for name, *skills in _GUIDED),
    *((name, f"mean CRPS {scores} stations calibrated") for name, scores in _CLIMATOLOGY),
)
"""Names and scores, the chosen model among them."""
