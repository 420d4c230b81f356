"""What the owner of a vault lets pages hold: media, frames and more of other hosts, and HTML as authors wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Browsers read `\` as `/` and pass over tabs and line ends, so an address that holds one of them is refused, and so is
# one with a name and password. What is left has one meaning.
_ADDRESS = re.compile(
    r"https://([^\x00-\x20/?#\\@:<>\"'%\[\]]+(?::[0-9]{1,5})?)(?:[/?#][^\x00-\x1f\\]*)?", re.IGNORECASE
)
_HOST = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}(?::[0-9]{1,5})?")


# A place below a host for scripts and the like, and a script or style by its hash.
_PLACE = re.compile(r"(?P<scheme>https|wss)://(?P<host>[^/]+)(?P<path>/[\w.~/@+-]*)?", re.ASCII)
_HASH = re.compile(r"'sha(?:256|384|512)-[A-Za-z0-9+/]{43,86}={0,2}'")
_SCRIPT_FILE = re.compile(r"(?![/.])(?!.*(?:\.\.|//|/\.))[^\\:?#<>\"'\x00-\x1f\x7f]{1,300}\.m?js", re.IGNORECASE)

DIRECTIVES = ("connect-src", "font-src", "form-action", "img-src", "media-src", "script-src", "style-src")
"""The directives of a page's policy that may be given further sources."""
_HASHED = frozenset({"script-src", "style-src"})


def is_source(directive: str, source: str) -> bool:
    """Return whether a directive may be given a source: a host, a place below one, or a hash; never a keyword."""
    found = _PLACE.fullmatch(source)
    if found is None:
        return directive in _HASHED and bool(_HASH.fullmatch(source))
    return is_host(found["host"]) and (found["scheme"] == "https" or directive == "connect-src")


def is_script_file(source: str) -> bool:
    """Return whether a source of scripts is a file of the vault, `scripts/chart.js`."""
    return bool(_SCRIPT_FILE.fullmatch(source))


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


@dataclass(frozen=True, slots=True)
class Extras:
    """What pages may hold beyond what every vault's pages may: nothing, by default.

    - `frames`: whose pages may stand in frames. `sources`: further ones of each directive of the policy.
    - `scripts`: files of the vault that notes may run. `trusted`: whether authors' HTML keeps its names, styles,
      forms, and the scripts of the hosts and files that are named.
    """

    frames: Remote = NO_REMOTE
    sources: tuple[tuple[str, tuple[str, ...]], ...] = ()
    scripts: frozenset[str] = frozenset()
    trusted: bool = False

    def of(self, directive: str) -> tuple[str, ...]:
        """Return the further sources of a directive."""
        return next((sources for name, sources in self.sources if name == directive), ())

    def may_run(self, address: str) -> bool:
        """Return whether a note may run the script at an address of another host."""
        found = _ADDRESS.fullmatch(address)
        if not self.trusted or found is None:
            return False
        places = (place for source in self.of("script-src") if (place := _PLACE.fullmatch(source)))
        path = address.partition("://")[2].partition("/")[2]
        return any(
            Remote(every=False, hosts=frozenset({place["host"]})).allows(address)
            and _is_below(f"/{re.split('[?#]', path, maxsplit=1)[0]}", place["path"] or "/")
            for place in places
        )


def _is_below(path: str, place: str) -> bool:
    """Return whether a path is a place's, or lies below one that ends in `/`, as browsers decide."""
    plain = "%" not in path and "/../" not in f"{path}/" and "/./" not in f"{path}/"
    return path == place or (place.endswith("/") and path.startswith(place) and (plain or place == "/"))


NO_EXTRAS = Extras()
