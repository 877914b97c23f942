"""Every model of the monthly prints that was tried, with what it scored on history."""

from __future__ import annotations

VARIANTS: tuple[tuple[str, str], ...] = (
    ("chosen: half nowcast, half bridge; bridge without the core's share of the season",
     "CRPS 0.0924, RMSE 0.171; from 2023 0.0650, 0.117"),
    ("nowcast alone, cold spread until 18 months of errors",
     "CRPS 0.0986, RMSE 0.175; from 2023 0.0747, 0.125"),
    ("nowcast alone, errors of yearly nowcasts before the monthly ones",
     "CRPS 0.0948, RMSE 0.175; from 2023 0.0685, 0.125"),
    ("the same, with the mean error of 24 months added, shrunk by half",
     "CRPS 0.0969, RMSE 0.179; from 2023 0.0731, 0.134"),
    ("the same, shrunk to the 12-month mean by a walk-forward slope",
     "CRPS 0.0959, RMSE 0.176; from 2023 0.0720, 0.133"),
    ("three quarters nowcast, one quarter 12-month mean",
     "CRPS 0.1019, RMSE 0.189; from 2023 0.0675, 0.121"),
    ("bridge alone, food and other energy at 0.22 a month",
     "CRPS 0.0898, RMSE 0.168; from 2023 0.0622, 0.109"),
    ("half nowcast, half that bridge",
     "CRPS 0.0899, RMSE 0.167; from 2023 0.0626, 0.113"),
    ("half nowcast, half bridge; bridge with all of the core's season but gasoline's share",
     "CRPS 0.0929, RMSE 0.171; from 2023 0.0663, 0.119"),
    ("core, chosen: 12-month mean, spread of up to 24 errors of first prints",
     "CRPS 0.0749, RMSE 0.135; from 2023 0.0551, 0.097"),
    ("core: the same, with changes before the first prints as a vintage showed them",
     "CRPS 0.0765, RMSE 0.135; from 2023 0.0582, 0.097; too wide"),
    ("core: 12-month mean, spread an exponentially weighted mean of absolute errors",
     "CRPS 0.0746, RMSE 0.135; from 2023 0.0558, 0.097"),
    ("core: 6-month mean, the same spread",
     "CRPS 0.0769, RMSE 0.132; from 2023 0.0613, 0.106"),
)  # fmt: skip
"""By model: mean CRPS and root mean square error in percentage points, reference months October
2021 to May 2025 (44) and January 2023 to May 2025 (29), walk-forward. Equal weights
and published shares were chosen because they need no estimate, the treatment of the core's season
after its score was seen; the bridge that scored better rests on a constant for food that was
chosen with hindsight."""
