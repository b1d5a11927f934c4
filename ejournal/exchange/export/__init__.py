"""Spreadsheets out: the same lists the importer takes, in its own headings, so that they come back in unchanged."""
