"""Which hosts a page may show pictures, films and sound of, beside the site's own."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Browsers read `\` as `/` and pass over tabs and line ends, so an address that holds one of them is refused, and so is
# one with a name and password. What is left has one meaning.
_ADDRESS = re.compile(
    r"https://([^\x00-\x20/?#\\@:<>\"'%\[\]]+(?::[0-9]{1,5})?)(?:[/?#][^\x00-\x1f\\]*)?", re.IGNORECASE
)
_HOST = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}(?::[0-9]{1,5})?")


def is_host(text: str) -> bool:
    """Return whether a text names a host (`cdn.example.org`), or all below one (`*.example.org`)."""
    return bool(_HOST.fullmatch(text))


@dataclass(frozen=True, slots=True)
class Remote:
    """What of other hosts a page may show: of `hosts`, or with `every` of any host. It is only asked for by https."""

    every: bool = True
    hosts: frozenset[str] = frozenset()

    def allows(self, address: str) -> bool:
        """Return whether a picture, film or sound may be fetched from an address."""
        found = _ADDRESS.fullmatch(address)
        return found is not None and (self.every or self._is_named(found[1].lower()))

    def _is_named(self, host: str) -> bool:
        below = host.partition(".")[2]
        while below:
            if f"*.{below}" in self.hosts:
                return True
            below = below.partition(".")[2]
        return host in self.hosts

    @property
    def sources(self) -> tuple[str, ...]:
        """The same for a content policy."""
        return ("https:",) if self.every else tuple(f"https://{host}" for host in sorted(self.hosts))


ALL_MEDIA = Remote()
NO_REMOTE = Remote(every=False)
