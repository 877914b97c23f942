"""What was recorded of markets, as Parquet tables: one folder for each series and event date."""
