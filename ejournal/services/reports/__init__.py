"""Reports on screen, as XLSX and as PDF (п. 2.3): a registry of small files, one page, one writer of each kind."""
