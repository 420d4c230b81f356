"""The search of a site: what pages say, an index of it in small files, and the dialog that asks it."""
