"""Put on PYTHONPATH, this sets the clock of the service: by as many seconds as stand in the file CHAOS_CLOCK names.

Python imports it at the start of every process. What the service writes down as time comes from one clock, the store's.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path


def _now() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=float(Path(os.environ["CHAOS_CLOCK"]).read_text()))


if "CHAOS_CLOCK" in os.environ:
    import einvoice.store

    defaults = einvoice.store.open_store.__kwdefaults__
    assert "clock" in (defaults or {}), "the store has no clock that can be set"
    defaults["clock"] = _now
