"""A closed year as one folder that needs no ejournal to read: PDF, XLSX, pages without scripts, checksums (п. 2.3)."""
