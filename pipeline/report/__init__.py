"""The report: what the tables hold, in pictures, as one page that needs nothing else."""
