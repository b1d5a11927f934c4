"""Spreadsheets in and out (п. 4.2): readers know files, `store` knows the database, `importer` joins them."""
