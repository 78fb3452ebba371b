"""A whole list of clients: read, advised in columns, written, summed up."""
