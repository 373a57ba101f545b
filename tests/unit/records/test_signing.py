"""The signing key and the public keys that check what it signed."""

import base64
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from einvoice.errors import Fault
from einvoice.records.signing import NoPublicKey, PublicKeys, Signature, Signer
from einvoice.settings import Settings

# RFC 8032, 7.1, test 1: the signature of the empty message
RFC_KEY = Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
)
RFC_PEM = RFC_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
RFC_SIGNATURE = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
    "655141438e7a100b"
)
SIGNER = Signer(RFC_KEY, "https://rechnung.example.de")
KEYS = PublicKeys.read([SIGNER.public_key_pem().encode()])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", public_url="https://rechnung.example.de")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_key_is_made_at_first_use_and_found_again(settings: Settings) -> None:
    assert Signer.of(settings).key_id == Signer.of(settings).key_id


def test_only_its_owner_may_read_the_key_that_is_made(settings: Settings) -> None:
    Signer.of(settings)
    assert mode(settings.data_dir / "keys" / "signing.pem") == 0o600
    assert mode(settings.data_dir / "keys") == 0o700


def test_threads_that_start_at_once_get_the_same_key(settings: Settings) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert len({signer.key_id for signer in threads.map(lambda _: Signer.of(settings), range(8))}) == 1


def test_processes_that_start_at_once_get_the_same_key(settings: Settings) -> None:
    program = (
        "import sys\nfrom einvoice.records.signing import Signer\nfrom einvoice.settings import Settings\n"
        "print('ready', flush=True)\nsys.stdin.readline()\n"
        "print(Signer.of(Settings(data_dir=sys.argv[1])).key_id)"
    )
    command = [sys.executable, "-c", program, str(settings.data_dir)]
    children = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for _ in range(3)
    ]
    for child in children:
        assert child.stdout
        assert child.stdout.readline() == b"ready\n"
    said = [child.communicate(b"go\n")[0].splitlines()[-1] for child in children]
    assert len(set(said)) == 1


def test_a_key_of_the_settings_is_used_and_its_public_half_kept(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "own.pem"
    path.touch(0o600)
    path.write_bytes(RFC_PEM)
    named = settings.model_copy(update={"signing_key_file": path})
    signer = Signer.of(named)
    assert base64.b64decode(signer.sign(b"")) == RFC_SIGNATURE
    assert (settings.data_dir / "keys" / f"{signer.key_id}.pub.pem").read_text() == signer.public_key_pem()
    assert not (settings.data_dir / "keys" / "signing.pem").exists()


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620])
def test_a_key_others_can_read_is_refused(settings: Settings, bits: int) -> None:
    Signer.of(settings)
    (settings.data_dir / "keys" / "signing.pem").chmod(bits)
    with pytest.raises(Fault, match="0600"):
        Signer.of(settings)


def test_a_key_file_that_is_named_and_missing_is_a_fault(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(Fault, match="signing-key"):
        Signer.of(settings.model_copy(update={"signing_key_file": tmp_path / "none.pem"}))


def test_a_key_of_another_kind_is_refused(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "ec.pem"
    path.touch(0o600)
    path.write_bytes(generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(Fault, match="no Ed25519"):
        Signer.of(settings.model_copy(update={"signing_key_file": path}))


def test_a_damaged_key_is_refused(settings: Settings) -> None:
    Signer.of(settings)
    (settings.data_dir / "keys" / "signing.pem").write_bytes(b"-----BEGIN PRIVATE KEY-----\n")
    with pytest.raises(Fault, match="no unencrypted private key"):
        Signer.of(settings)


def test_what_an_earlier_key_signed_can_still_be_checked(settings: Settings) -> None:
    old = Signer.of(settings)
    (settings.data_dir / "keys" / "signing.pem").unlink()  # the operator puts in a new one
    new = Signer.of(settings)
    keys = PublicKeys.of(settings)
    assert new.key_id != old.key_id
    assert set(keys.ids) == {old.key_id, new.key_id}
    assert keys.check(old.key_id, b"x", old.sign(b"x")) is Signature.GOOD
    assert keys.check(new.key_id, b"x", old.sign(b"x")) is Signature.BAD


@given(content=st.binary(max_size=100), changed=st.binary(max_size=100))
def test_a_signature_is_good_for_its_content_alone(content: bytes, changed: bytes) -> None:
    signature = SIGNER.sign(content)
    assert KEYS.check(SIGNER.key_id, content, signature) is Signature.GOOD
    assert (KEYS.check(SIGNER.key_id, changed, signature) is Signature.GOOD) == (content == changed)


@given(signature=st.text(max_size=100))
def test_any_text_is_a_bad_signature_and_no_crash(signature: str) -> None:
    assert KEYS.check(SIGNER.key_id, b"x", signature) is Signature.BAD


def test_a_key_nobody_knows_is_told_as_such() -> None:
    assert PublicKeys().check(SIGNER.key_id, b"x", SIGNER.sign(b"x")) is Signature.UNKNOWN_KEY


def test_public_keys_survive_the_way_through_pem() -> None:
    assert PublicKeys.read(pem.encode() for pem in KEYS.pems()).ids == KEYS.ids == (SIGNER.key_id,)


@pytest.mark.parametrize("pem", [b"", b"hello", RFC_PEM])
def test_what_is_no_public_key_is_refused(pem: bytes) -> None:
    with pytest.raises(NoPublicKey):
        PublicKeys.read([pem])


def test_a_public_key_of_another_kind_is_refused() -> None:
    key = generate_private_key(SECP256R1()).public_key()
    with pytest.raises(NoPublicKey, match="no Ed25519"):
        PublicKeys.read([key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)])


def test_asking_for_the_public_keys_makes_no_key(settings: Settings) -> None:
    assert PublicKeys.of(settings).ids == ()
    assert not settings.data_dir.exists()
