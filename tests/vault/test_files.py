"""The vault's other text files: read inside their folder only."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from zhixing.vault.load import read_inside, read_templates


def test_a_link_out_of_the_folder_is_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (tmp_path / "secret.md").write_text("hidden", encoding="utf-8")
    (folder / "own.md").write_text("own", encoding="utf-8")
    (folder / "out.md").symlink_to(tmp_path / "secret.md")
    (folder / "in.md").symlink_to(folder / "own.md")
    (folder / "round.md").symlink_to(folder / "round.md")
    (folder / "folder.md").mkdir()

    assert [source.text for source in read_templates(folder)] == ["own", "own"]
    assert read_inside(folder, PurePosixPath("../secret.md")) is None
