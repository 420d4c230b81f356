"""Lists made from the vault: errata, notes by theme or status, a reading order, the reference of the core, a map."""
