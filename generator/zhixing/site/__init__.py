"""The edge to MkDocs: a plugin that shows a vault as a site, with styles and a font of its own and no other host."""

import gc

# Nearly all that MkDocs imports from here on and that a build creates lasts until its end, and looking for garbage
# among it takes long.
gc.set_threshold(50_000, 50, 100)
