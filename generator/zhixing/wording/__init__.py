"""The words that the tool itself writes into notes, figures and pages, one file for each language."""
