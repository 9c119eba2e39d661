"""Forms as data: the words that offices label their lists and sheets with."""
