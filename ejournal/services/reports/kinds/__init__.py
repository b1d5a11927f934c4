"""The reports, a file each: `REPORT` says what it is and who reads it, its `build` makes the table."""
