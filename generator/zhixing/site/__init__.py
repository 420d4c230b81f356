"""The edge to MkDocs: a plugin that shows a vault as a site, with its styles and its font. Asks nothing of other hosts."""
