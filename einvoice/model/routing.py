"""Who an invoice is for."""

from dataclasses import dataclass, field

from einvoice.model.policy import AuthorityPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """One public authority that receives invoices here."""

    id: str
    name: str
    leitweg_ids: tuple[str, ...] = ()  # under which it is addressed; each belongs to one authority
    policy: AuthorityPolicy = field(default_factory=AuthorityPolicy)  # what it asks beyond the law


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Where an invoice goes. No authority: nobody here is addressed by that Leitweg-ID."""

    leitweg_id: str | None = None  # BT-10 without surrounding white space; None: not there
    authority: Authority | None = None
