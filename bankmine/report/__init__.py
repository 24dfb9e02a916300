"""The report: what it says (contents), as a page, and as a document for other programs."""
