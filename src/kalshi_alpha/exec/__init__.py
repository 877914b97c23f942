"""The shell: commands, runners, monitors and reports. Nothing is computed here."""
