"""Cases: the list and the sheets put together over the pages, and the facts that they state."""
