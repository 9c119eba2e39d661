"""What changed between two states of an output: rows and cells, why, where on the page, as a table, JSON or a page."""
