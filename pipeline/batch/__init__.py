"""Many documents: which are to be read, in which confined processes, and the record of the run."""
