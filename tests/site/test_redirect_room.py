"""No more redirects are written than a vault has room for."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File

from small_vaults import vault_of
from zhixing.checks.names import check_names
from zhixing.site.files import write_redirects
from zhixing.vault.pages import ROOM, ROOM_BY_NOTE


def test_aliases_beyond_the_room_of_a_vault_get_no_redirect_and_a_problem(tmp_path: Path) -> None:
    aliases = [f"旧{number}" for number in range(1_500)]
    vault = vault_of({"a.md": f"---\naliases: [{', '.join(aliases)}]\n---\n文\n"})
    config = MkDocsConfig()
    config.load_dict({"site_name": "x", "docs_dir": str(tmp_path), "site_dir": str(tmp_path / "site")})
    config.validate()
    Path(config.site_dir).mkdir()
    note = vault.notes[PurePosixPath("a.md")]
    write_redirects(vault, [(note, File("a.md", str(tmp_path), config.site_dir, True))], config)
    room = ROOM + ROOM_BY_NOTE
    written = {path.parent.name for path in Path(config.site_dir).rglob("*.html")}
    assert written == set(aliases[:room])
    told = [str(problem) for problem in check_names(vault) if problem.code.slug == "names-many"]
    column = note.source.text.splitlines()[1].index(f"旧{room}") + 1
    assert told == [
        f"a.md:2:{column}: names-many: The vault has more aliases than get pages; '旧{room}' has none. "
        "Use fewer aliases."
    ]
