"""Catalogs kept up to date with the texts they translate, and checked."""
