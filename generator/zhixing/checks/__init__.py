"""Rules: what a vault and its runs are held to. Each returns problems; none prints."""
