"""The tables: their declaration, the Parquet files, and the data package that describes them."""
