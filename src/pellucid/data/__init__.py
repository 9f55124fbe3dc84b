"""Tables: read them, frame the problem, split the rows, encode the columns."""

from __future__ import annotations

from pellucid.lazy import lazy_names

HOMES = {
    "Column": "table",
    "Distribution": "distributions",
    "Framing": "framing",
    "Kind": "table",
    "Split": "splits",
    "Table": "table",
    "TableEncoder": "encoder",
    "blobs": "group_samples",
    "folds": "splits",
    "frame": "framing",
    "linear_sample": "samples",
    "noisy_line": "samples",
    "off_centre_ring": "group_samples",
    "petals": "samples",
    "read_table": "reading",
    "ring_and_disc": "group_samples",
    "semicircles": "group_samples",
    "simpson": "group_samples",
    "split_rows": "splits",
    "suggest_codes": "suggestions",
    "Suggestion": "suggestions",
    "two_rings": "group_samples",
    "waveform": "samples",
    "xor": "samples",
}

__all__ = sorted(HOMES)

__getattr__, __dir__ = lazy_names(__name__, HOMES)
