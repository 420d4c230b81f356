"""Numerals as people write them: read, written in Chinese, rewritten in the same manner."""
