"""Write the listed days of the bond market anew, after the `holidays` package was moved on."""

from __future__ import annotations

from pathlib import Path

from kalshi_alpha.datastore import bond_calendar

target = Path(bond_calendar.__file__).with_name("bond_days.txt")
target.write_text(bond_calendar.written(bond_calendar.LISTED), encoding="ascii")
print(f"wrote {target.name}: {bond_calendar.LISTED.start} to {bond_calendar.LISTED.stop - 1}")
