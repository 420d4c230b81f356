"""Builds of a site that was built before: what has changed is made anew, and all else stays as it is."""
