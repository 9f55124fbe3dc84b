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
    "TableEncoder": "table_encoder",
    "blobs": "synthetic_groups",
    "folds": "splits",
    "frame": "framing",
    "linear_sample": "synthetic_samples",
    "noisy_line": "synthetic_samples",
    "off_centre_ring": "synthetic_groups",
    "petals": "synthetic_samples",
    "read_table": "table_reader",
    "ring_and_disc": "synthetic_groups",
    "semicircles": "synthetic_groups",
    "simpson": "synthetic_groups",
    "split_rows": "splits",
    "suggest_codes": "code_suggestions",
    "Suggestion": "code_suggestions",
    "two_rings": "synthetic_groups",
    "waveform": "synthetic_samples",
    "xor": "synthetic_samples",
}

__all__ = sorted(HOMES)

__getattr__, __dir__ = lazy_names(__name__, HOMES)
