"""Notes and the vault they form: loading, resolving links, the link graph. Knows neither HTML nor numbers."""
