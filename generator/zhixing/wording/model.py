"""What a language has to say: every word and mark that the tool itself writes for readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language. Those with `{names}` are filled in by `str.format`; no field may be left out.

    `tag` is the language as BCP 47 has it. Marks of punctuation come with the space that the language puts after them.
    """

    tag: str

    # Punctuation.
    colon: str
    comma: str
    semicolon: str
    enumeration: str
    stop: str
    parentheses: str

    # Formulas.
    otherwise: str

    # Tables.
    given: str
    changed: str
    before: str
    quantity: str
    value: str
    position: str
    tables_left_out: str
    rows_left_out: str
    columns_left_out: str

    # Statements of sources.
    source_wrong: str
    source_agrees: str
    source_says: str
    source_consistent: str
    source_instead: str
    source_chosen: str
    source_cites: str
    document: str
    claimed: str
    by_source: str
    computed: str
    holds: str
    fails: str
    not_computed: str
    sides: str
    at_entry: str

    # Figures: titles, and descriptions for screen readers.
    flow: str
    heatmap: str
    heatmap_axes: tuple[str, str, str]
    cut: str
    extremes: str
    masked_cells: str
    masked: str
    plot: str
    plot_axes: str
    log_across: str
    log_up: str
    on_log_axis: str
    log_scale: str
    by_axis: str
    constant: str
    curves_left_out: str
    curves_not_drawn: str
    point: str
    nothing_to_draw: str
    from_to: str

    # Lists.
    list_head: str
    list_head_of_code: str
    status_done: str
    status_draft: str
    status_none: str
    list_empty: str
    errata_head: tuple[str, str, str, str]
    consistent_head: tuple[str, str, str, str]
    confirmed_head: tuple[str, str, str]
    group: str
    root_folder: str
    sentence_end: str
    core_shapes: str
    core_raises: str
    core_source: str
    core_note: str
    core_is_word: str
    core_is_word_without: str
    core_has_words: str
    word_families: Mapping[str, str]
    word_sentences: Mapping[str, str]
    word_gradient: str
    word_has_gradient: str
    word_no_gradient: str
    gradient_reasons: Mapping[str, str]

    # Maps.
    map_title: str
    map_step: str
    map_column: str
    map_of_steps: str
    map_of_links: str
    map_links_left_out: str
    map_card: str
    map_generated: str

    # Pages.
    no_note: str
    no_file: str
    not_shown: str
    file_not_shown: str
    withheld: str
    no_embed: str
    nothing_in_note: str
    embed_circle: str
    needs_plugin: str
    needs_tool: str
    needs_tool_here: str
    needs_search: str
    needs_drawing: str

    # Pages of canvases and bases.
    original_file: str
    sheet_unreadable: str
    cards_left_out: str
    canvas_arrows: str
    view_unsupported: str
    view_empty: str
    rows_not_shown: str
    embed_too_much: str
    source_code: str
    numpy_code: str
    example_title: str
    example_unnamed: str

    # What backs a number of the prose.
    held_exact: str
    held_digits: str
    held_about: str
    held_word: str
    number_wrong: str
    number_unknown: str
    number_was: str

    # What does not hold. `problems` say the kinds of problem by their codes; others are said in English.
    problems: Mapping[str, str]
    at_line: str
    example_failed: str
    example_faulty: str
    results_stale: str
    results_edited: str
    page_faults: str
    fault_of: str
    note_faults: str
    state: str
    state_summary: str
    state_head: tuple[str, str, str, str, str, str]
    numbers_backed: str
    live_change: str
    live_changing: str
    live_reset: str
    live_link: str
    live_copied: str
    live_was: str
    live_failed: str
    live_still: str
    live_value: str
    live_unloaded: str
    live_step: str
    live_back: str
    live_next: str
    live_lights: str
    live_draw: str
    live_now: str
    live_asked: str
    live_places: str
    live_check: str
    live_reveal: str
    live_right: str
    live_wrong: str
    live_unread: str
    permalink: str
    back_to_text: str
    tags: str
    nested_tags: str
    notes: str

    # The head and the foot of a page of the site, and its navigation.
    labels: Mapping[str, str]
    types: Mapping[str, str]
    statuses: Mapping[str, str]
    backlink_fields: Mapping[str, str]
    backlink_field: str
    aliases: str
    requires: str
    more_properties: str
    more_values: str
    more_notes: str
    fold: str
    yes: str
    no: str
    empty: str
    backlinks: str
    task_done: str
    task_open: str
    location: str
    more_before: str
    more_after: str

    # The search.
    search: str
    search_notes: str
    search_count: str
    search_none: str
    search_failed: str
    close: str

    # The notes around a note, and those that changed last.
    read_next: str
    linked: str
    nearby: str

    # A concept map that one can walk.
    map_larger: str
    map_smaller: str
    map_full: str
    map_canvas: str
    map_whole: str
    map_theme: str
    map_status: str
    map_all: str
    map_count: str
    recent: str

    # Questions whose answers fold, by the words that begin them; and the page of addresses that lead nowhere.
    questions: tuple[str, ...]
    answers: tuple[str, ...]
    page_missing: str
    page_missing_help: str

    # Templates of notes.
    example: str
    template_folder: str
    from_template: str

    # The note that lists the problems of a vault.
    report: str
    report_generated: str
    report_summary: str
    report_none: str
    report_more: str

    def pair(self, head: str, text: str) -> str:
        """Return `head: text`."""
        return f"{head}{self.colon}{text}"
