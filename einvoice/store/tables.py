"""The tables. One row of `submissions` is the truth about a submission; everything else hangs on it.

Enumerations are kept as their texts, times in UTC, secrets (tokens, sessions, links) as SHA-256 only.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy import ForeignKey as Reference
from sqlalchemy import Text as AnyText

from einvoice.model.text import storable

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Text(TypeDecorator[str]):
    """A text, kept and looked for without what no database takes."""

    impl = AnyText
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Replace what can't be stored."""
        return None if value is None else storable(value)


class UtcTime(TypeDecorator[datetime]):
    """A moment with time zone; SQLite itself keeps none, so it goes in and comes out as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a time without a zone; keep UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone can't be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the time back with its zone."""
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


authorities = Table(
    "authorities",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("policy", JSON, nullable=False),  # AuthorityPolicy without its demands
    Column("created_at", UtcTime, nullable=False),
    Column("last_event", Integer, nullable=False, server_default="0"),  # the counter of its events, locked to count
)

leitweg_ids = Table(
    "leitweg_ids",
    metadata,
    Column("leitweg_id", Text, primary_key=True),
    Column("authority_id", Text, Reference("authorities.id"), nullable=False, index=True),
)

demands = Table(
    "demands",
    metadata,
    Column("authority_id", Text, Reference("authorities.id"), primary_key=True),
    Column("policy", Text, primary_key=True),  # schematron/policy/NAME.sch
    Column("action", Text, nullable=False),  # warn or reject
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("received_at", UtcTime, nullable=False),
    Column("door", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("verdict", Text),
    Column("handling", Text, nullable=False),
    Column("hold", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column(
        "due_at", UtcTime
    ),  # when a worker may claim it: epoch at once, else next try or end of the claim; none: not
    Column("claim_token", Text),
    Column("decided_at", UtcTime),
    Column("fault_cause", Text),
    Column("refusal", JSON(none_as_null=True)),  # {"code": …, "details": {…}}
    Column("authority_id", Text, Reference("authorities.id")),
    Column("leitweg_id", Text),
    Column("invoice_number", Text),
    Column("seller_name", Text),
    Column("scenario", Text),
    Column("pack", Text),  # id+version of the rules that judged
    Column("policy_outcome", Text),  # accepted or rejected by what the authority asks; none: nothing was asked
    Column("errors", Integer, nullable=False, server_default="0"),
    Column("warnings", Integer, nullable=False, server_default="0"),
    Column("blob", Text),  # name of the stored original; none: its sha256 (kept before each submission had its own)
    Column("priority", Integer, nullable=False, server_default="0"),  # `Priority`; lower is sooner
    Column("crashes", Integer, nullable=False, server_default="0"),  # processes it killed so far
    Column("report_sha256", Text),  # of the examination's body
    Column("malware", Text),  # what the virus scan called it
    Column("human_decision", Text),  # `HumanDecision`; none: nobody stepped in
    Column("seller_id", Text),  # BT-31, BT-32, BT-30 or BT-29: who issued it
    Column("issue_year", Integer),  # of BT-2
    Column("duplicate_of", Text),  # id of the first invoice of this seller, number and year
    Column("delete_after", UtcTime),  # when to look whether retention ends; none: not known yet; 9999: all is deleted
    Column("legal_hold", Text),  # why it must be kept beyond that; none: it need not
    Column("owed", Text),  # `AnswerKind` still to be given to who sent its envelope; none: nothing
)
# The same bytes of the same sender are taken once while they may still become, or have become, an invoice.
# What a person sent back may come again too, unless a virus was found in it.
OPEN = text(
    "(verdict IS NULL OR verdict <> 'rejected') AND (policy_outcome IS NULL OR policy_outcome <> 'rejected')"
    " AND (handling <> 'withdrawn' OR malware IS NOT NULL)"
)
Index(
    "uq_submissions_open_content",
    submissions.c.sender,
    submissions.c.sha256,
    unique=True,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
_AT_WORK = text("due_at IS NOT NULL")  # few rows, however many are kept
Index(
    "ix_submissions_work",
    submissions.c.priority,
    submissions.c.due_at,
    submissions.c.id,
    sqlite_where=_AT_WORK,
    postgresql_where=_AT_WORK,
)
Index(None, submissions.c.authority_id, submissions.c.seller_id, submissions.c.invoice_number)  # business duplicates
# Turned down by what the authority asks: few, and counted beside every list.
DECLINED = text("policy_outcome = 'rejected'")
Index("ix_submissions_declined", submissions.c.id, sqlite_where=DECLINED, postgresql_where=DECLINED)
# Decided or ended otherwise, and nobody has answered yet: few rows, too.
OWING = text("owed IS NOT NULL AND handling <> 'received' AND handling <> 'processing'")
Index("ix_submissions_owing", submissions.c.id, sqlite_where=OWING, postgresql_where=OWING)
Index(None, submissions.c.delete_after)
Index(None, submissions.c.received_at)
Index(None, submissions.c.authority_id, submissions.c.handling, submissions.c.decided_at)  # what can be fetched
Index(None, submissions.c.authority_id, submissions.c.id)  # lists, newest first
Index(None, submissions.c.verdict, submissions.c.id)
Index(None, submissions.c.hold, submissions.c.id)
Index(None, submissions.c.pack, submissions.c.id)  # what a pack judged, should it be found wrong
Index(None, submissions.c.sender, submissions.c.id)
Index(None, submissions.c.sender, submissions.c.verdict, submissions.c.id)

examinations = Table(
    "examinations",
    metadata,
    Column("submission_id", Text, Reference("submissions.id"), primary_key=True),
    Column("body", LargeBinary, nullable=False),  # Examination as JSON, UTF-8
)

rule_hits = Table(
    "rule_hits",
    metadata,
    Column("rule", Text, primary_key=True),
    Column("submission_id", Text, Reference("submissions.id"), primary_key=True, index=True),
    Column("level", Text, nullable=False),  # the worst effective level it spoke with
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("sender", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("submission_id", Text, Reference("submissions.id"), nullable=False, index=True),
)

envelopes = Table(  # of submissions that came in one
    "envelopes",
    metadata,
    Column("submission_id", Text, Reference("submissions.id"), primary_key=True),
    Column("instance_sha256", Text, nullable=False),  # of its instance id, however long; its own id where that is empty
    Column("scope", Text, nullable=False),  # within which an instance id means one message
    Column("payload_sha256", Text, nullable=False),
    Column("folder", Text),  # it came in by, and is answered through
    Column("header", JSON, nullable=False),  # Envelope
    UniqueConstraint("instance_sha256", "scope", "payload_sha256"),
)

answers = Table(  # messages to who sent an envelope, or to the seller of an invoice
    "answers",
    metadata,
    Column("id", Text, primary_key=True),  # of the message, and the instance id of its own envelope
    Column("submission_id", Text, Reference("submissions.id"), nullable=False),
    Column("kind", Text, nullable=False),  # `AnswerKind`
    Column("number", Integer, nullable=False),  # of its kind for this submission, from 1; an MLS or MLR has no second
    Column("code", Text, nullable=False),
    Column("details", JSON, nullable=False),  # what else its message is made of
    Column("folder", Text),  # through whose outbox
    Column("issued_at", UtcTime, nullable=False),
    Column("name", Text),  # of the file
    Column("sha256", Text),  # of the message as written
    Column("written_at", UtcTime),  # none: it is still to be put into the outbox
    Column("writer", Text),  # who puts it there, or has done so
    Column("taken_at", UtcTime),  # when they began
    Column("reply", JSON(none_as_null=True)),  # `Reply` that came in about it
    UniqueConstraint("submission_id", "kind", "number"),
)
UNWRITTEN = text("written_at IS NULL AND folder IS NOT NULL")  # without a folder there is no outbox
Index("ix_answers_unwritten", answers.c.issued_at, answers.c.id, sqlite_where=UNWRITTEN, postgresql_where=UNWRITTEN)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("submission_id", Text, Reference("submissions.id"), nullable=False, unique=True),
    Column("authority_id", Text, Reference("authorities.id"), nullable=False),
    Column("lease_token", Text),  # the last one; kept after it expired, so that a late ack is understood
    Column("lease_expires_at", UtcTime, index=True),  # set while leased
    Column("returned_token", Text),  # the last lease that was given back
    Column("acknowledged_at", UtcTime),
    Index("ix_deliveries_authority_id_lease_expires_at", "authority_id", "lease_expires_at"),
)

events = Table(
    "events",
    metadata,
    Column(
        "number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True
    ),  # order of one submission's history; may have gaps
    Column("submission_id", Text, Reference("submissions.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("verdict", Text),
    Column("handling", Text, nullable=False),
    Column("hold", Text, nullable=False),
    Column("authority_id", Text, Reference("authorities.id")),
    Column("sequence", Integer),  # without gaps within the authority
    UniqueConstraint("authority_id", "sequence"),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False, index=True),
    Column("details", JSON, nullable=False),
    Column("hashes", JSON, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

audit_head = Table(  # one row, always locked last
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1
    Column("number", BigInteger, nullable=False),  # of the last entry; 0: none
    Column("hash", Text, nullable=False),
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # of the entry signed for
    Column("key_id", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("signature", Text, nullable=False),  # base64
)

doors = Table(  # doors that an operator has paused; the others have no row
    "doors",
    metadata,
    Column("door", Text, primary_key=True),
    Column("paused_at", UtcTime, nullable=False),
    Column("paused_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

consents = Table(  # who agreed that a quarantined file be let through; it takes two
    "consents",
    metadata,
    Column("submission_id", Text, Reference("submissions.id"), primary_key=True),
    Column("actor", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("reason", Text, nullable=False),
)

keys = Table(  # intake and authority keys, wrapped by a master key
    "keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False, index=True),  # "intake" or an authority's id
    Column("master", Text, nullable=False),  # id of the master key
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("retired_at", UtcTime),  # opens what it sealed, seals nothing new
)

data_keys = Table(  # one for each sealed submission: original and report; without it nobody can read them
    "data_keys",
    metadata,
    Column("submission_id", Text, Reference("submissions.id"), primary_key=True),
    Column("key_id", Text, Reference("keys.id"), nullable=False, index=True),
    Column("wrapped", LargeBinary, nullable=False),
)

secrets = Table(  # made at the first start, the same for all processes of the service
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

workers = Table(  # who works, as they said last
    "workers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("version", Text, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
)

folders = Table(  # how drop folders are, as each worker that looks after them said last
    "folders",
    metadata,
    Column("folder", Text, primary_key=True),
    Column("process", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("said", JSON, nullable=False),  # FolderReport
)

folder_wishes = Table(  # failed documents that a person wants tried again, until a worker does it
    "folder_wishes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("folder", Text, nullable=False),
    Column("document", Text),  # `document_id`; none: all that lie in failed/
    Column("at", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),
)

suppliers = Table(
    "suppliers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("authority_id", Text, Reference("authorities.id")),
    Column("supplier_id", Text, Reference("suppliers.id")),
    Column("password_hash", Text),  # argon2id; none: sign-in by link alone
    Column("created_at", UtcTime, nullable=False),
    Column("disabled_at", UtcTime),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("authority_id", Text, Reference("authorities.id")),
    Column("supplier_id", Text, Reference("suppliers.id")),
    Column("created_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
)

sessions = Table(
    "sessions",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("account_id", Text, Reference("accounts.id"), nullable=False, index=True),
    Column("expires_at", UtcTime, nullable=False),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("account_id", Text, Reference("accounts.id"), nullable=False, index=True),
    Column("expires_at", UtcTime, nullable=False),
)
