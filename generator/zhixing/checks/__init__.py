"""Rules that a vault and its runs are checked against. Each returns problems; none prints."""
