"""The edge to MkDocs: a plugin that shows a vault as a site, with styles and a font of its own and no other host."""
