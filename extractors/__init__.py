"""What is on a page: the `Page` model, its readers, what is recognised on it, and the Japanese in it.

Nothing here knows of files, networks, clocks or other documents; that is `pipeline`'s work.
"""
