"""A maker of fictional meeting reports with known truth, for measuring the extraction, which knows nothing of it.

One seed gives one description (`drawing.draw_report`), from it the truth (`truth.tables`) and a layout of blocks
(`layout.parts`), which one of two setting programs turns into a PDF (`html` with Chromium, `paper` with ReportLab),
and a scan of it if wanted (`scan`).
"""
