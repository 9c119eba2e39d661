"""The night: offices' pages, what is fetched from them, and the report of the night."""
