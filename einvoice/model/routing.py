"""Who an invoice is for."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """One public authority that receives invoices here."""

    id: str
    name: str
    leitweg_ids: tuple[str, ...] = ()  # under which it is addressed; each belongs to one authority
    policy: Mapping[str, object] = field(default_factory=dict)  # what it asks beyond the law; empty: nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Where an invoice goes. No authority: nobody here is addressed by that Leitweg-ID."""

    leitweg_id: str | None = None  # BT-10 without surrounding white space; None: not there
    authority: Authority | None = None
