"""Lists that the vault makes of itself: errata, notes by theme or status, a path through them by what each requires."""
