"""Every setting, from the environment (prefix `EINVOICE_`), with its default and its unit.

Nothing else in the product reads the environment.
"""

import sys
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from einvoice.model.enclosed import Danger

# How the address of each part may begin.
_SCHEMES = {
    "database_url": ("sqlite", "postgresql"),
    "blob_url": ("file", "s3"),
    "queue_url": ("redis", "rediss", "postgresql"),
    "clamd_url": ("unix", "tcp"),
    "otlp_endpoint": ("http", "https"),
}

PACKAGE = Path(__file__).resolve().parent


def _shipped(folder: str) -> Path:
    """A data folder of ours: beside the package in a checkout, under share/ once installed."""
    beside = PACKAGE.parent / folder
    return beside if beside.is_dir() else Path(sys.prefix) / "share" / "einvoice" / folder


def _networks(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """The networks of a list with commas; raises ValueError, naming what is none."""
    return tuple(ip_network(one.strip()) for one in value.split(",") if one.strip())


def _dangers(value: str) -> frozenset[Danger]:
    """The dangers of a list with commas; raises ValueError, naming those there are."""
    words = {one.strip().lower() for one in value.split(",")} - {""}
    if unknown := words - set(Danger):
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(Danger)}")
    return frozenset(map(Danger, words))


class Settings(BaseSettings):
    """The settings of one process. Frozen: what a process started with, it keeps."""

    model_config = SettingsConfigDict(env_prefix="EINVOICE_", frozen=True, extra="ignore")

    # Where things lie
    data_dir: Path = Path("data")  # everything the embedded default stores
    inbox_dir: Path = Path("inbox")  # root of the drop folders
    folders: Path | None = None  # which drop folders there are, and how they are looked after; none: folders.toml there
    rules_dir: Path = Path(sys.prefix) / "share" / "einvoice" / "rules"  # fetched artefacts; the service alone writes
    schematron_dir: Path = Field(default_factory=lambda: _shipped("schematron"))  # rule pack manifests
    xsd_dir: Path = Field(default_factory=lambda: _shipped("xsd"))  # our own schemas
    policy_dir: Path | None = None  # policies of your own, NAME.sch, beside those that come with the service

    # What is used
    database_url: str = ""  # empty: SQLite under data_dir; postgresql://USER:PASSWORD@HOST/NAME for many hosts
    blob_url: str = ""  # empty: files under data_dir; file:///FOLDER, or s3://BUCKET/PREFIX (AWS_* tells the rest)
    queue_url: str = ""  # empty: SQLite under data_dir; redis://HOST:PORT/NUMBER or postgresql://… for many hosts
    clamd_url: str = ""  # empty: no virus scan; unix:///run/clamav/clamd.ctl or tcp://HOST:3310
    clamd_seconds: float = Field(default=30.0, gt=0)  # for one scan
    otlp_endpoint: str = ""  # empty: no traces; http://HOST:4318 sends OpenTelemetry traces there

    # Keys; all processes of a service share them
    signing_key_file: Path | None = None  # Ed25519 in PEM, of receipts and checkpoints; none: made under data_dir/keys
    master_key_file: Path | None = None  # seals what is stored: a line "ID BASE64" a key, the first one wraps anew
    master_key_command: str = ""  # prints the same, for keys that must not lie on a disk

    # The web side
    host: str = "127.0.0.1"  # where to listen
    port: int = Field(default=8080, ge=0, le=65535)  # where to listen
    public_url: str = ""  # how senders reach us; empty: http://host:port
    session_hours: int = 12  # how long a sign-in to the portal lasts
    https_only: bool = False  # cookies over HTTPS alone; switch on behind a proxy that ends TLS
    kosit_networks: str = ""  # who may use /kosit without a token, as CIDR with commas: 10.1.0.0/16, 2001:db8::/32
    proxy_networks: str = ""  # reverse proxies, as CIDR with commas: who they say is asking (X-Forwarded-For) is asking
    head_seconds: float = Field(default=15.0, gt=0)  # for a request to begin, and for all of its headers to come in
    silent_seconds: float = Field(default=30.0, gt=0)  # a sender may stop amid a body, and a reader amid an answer

    # The work
    workers: int = Field(default=2, ge=0)  # validator processes; serve with 0 is web alone
    document_seconds: float = Field(default=60.0, gt=0)  # for one document, then its process is replaced
    sweep_seconds: float = Field(default=3.0, gt=0)  # how often due work is looked for
    claim_seconds: float = Field(default=120.0, gt=0)  # a claim older than this is open to others
    abandoned_seconds: float = Field(default=120.0, gt=0)  # a process silent for so long leaves its drop folder files
    max_attempts: int = Field(default=5, ge=1)  # of one document before a Fault becomes a hold
    max_crashes: int = Field(default=2, ge=1)  # processes one document may kill before it is held
    retry_seconds: float = Field(default=5.0, gt=0)  # before the first retry; doubles each time
    lease_seconds: int = Field(default=300, ge=1)  # default time an authority has to acknowledge

    max_backlog: int = Field(default=50_000, ge=1)  # undecided submissions; beyond, doors answer 503 and folders wait
    drain_seconds: float = Field(default=0.0, ge=0)  # after SIGTERM: not ready, yet serving, for a proxy to notice
    metrics_port: int = Field(default=0, ge=0, le=65535)  # where `einvoice worker` serves /metrics; 0: nowhere
    checkpoint_seconds: float = Field(default=300.0, gt=0)  # how often the head of the audit chain is signed

    # Keeping
    rejected_days: int = Field(default=90, ge=1)  # rejected and declined invoices are deleted after so many days

    # Limits of one document
    max_upload_bytes: int = 15_000_000  # of a file, XML or PDF, and of the XML in a PDF
    max_xml_depth: int = 100  # levels of nesting
    max_xml_nodes: int = 1_000_000  # elements, comments and instructions
    max_pdf_objects: int = 200_000  # objects in a PDF
    max_pdf_unpacked_bytes: int = 75_000_000  # all invoices embedded in a PDF, unpacked; pypdf allows no more a file
    pdf_memory_bytes: int = 700_000_000  # address space of the child that reads a PDF
    pdf_cpu_seconds: int = 6  # processor time of that child
    max_enclosures: int = 200  # files enclosed, in the XML and in the PDF
    refused_enclosures: str = ""  # refused, not just flagged; with commas: executable, script, macros, archive, …
    verapdf: Path | None = None  # the veraPDF command; none: PDF/A is looked at by what the file claims alone
    requests_per_minute: int = Field(default=12_000, ge=1)  # of one caller: token, account, or address without either
    max_wait_seconds: float = 60.0  # longest ?wait= of a submission

    # Limits of an imported configuration (rules import)
    max_pack_bytes: int = 100_000_000  # of the zip, and of everything in it
    max_pack_files: int = 2000  # files in the zip

    log_json: bool = False  # one JSON object a log line, for log collectors

    @field_validator("database_url", "blob_url", "queue_url", "clamd_url", "otlp_endpoint")
    @classmethod
    def _known_scheme(cls, value: str, info: ValidationInfo) -> str:
        """An address nothing here can use is refused, not ignored; what it holds may be secret and is not repeated."""
        schemes = _SCHEMES[info.field_name or ""]
        if value and urlsplit(value).scheme not in schemes:
            raise ValueError(f"must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        return value

    @field_validator("kosit_networks", "proxy_networks")
    @classmethod
    def _only_networks(cls, value: str) -> str:
        _networks(value)
        return value

    @field_validator("refused_enclosures")
    @classmethod
    def _known_dangers(cls, value: str) -> str:
        """A word nobody knows would refuse nothing, and the operator would believe it did."""
        _dangers(value)
        return value

    @cached_property
    def refused_dangers(self) -> frozenset[Danger]:
        """Why an enclosed file has its invoice refused."""
        return _dangers(self.refused_enclosures)

    @cached_property
    def kosit_neighbours(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks from which /kosit needs no token."""
        return _networks(self.kosit_networks)

    @cached_property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of reverse proxies whose word about a caller's address is taken."""
        return _networks(self.proxy_networks)

    @cached_property
    def resolved_database_url(self) -> str:
        """SQLAlchemy URL of the database in use."""
        if self.database_url.startswith("postgresql://"):
            return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'einvoice.db'}"

    @cached_property
    def base_url(self) -> str:
        """The address under which people reach the portal, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
