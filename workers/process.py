"""How a process of the worker begins."""

from __future__ import annotations

import gc


def spare_the_collector() -> None:
    """What is imported stays for good. Looked through for garbage again and again, it costs a sixth of the CPU."""
    gc.collect()
    gc.freeze()
