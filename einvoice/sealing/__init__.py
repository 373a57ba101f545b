"""Sealing what is stored: a data key for each object, wrapped by its owner's key, that one by a master key.

Cryptography alone: what is wrapped by what, and where wrapped keys are kept, the store knows. Without master keys in
the settings nothing is sealed.
"""

from einvoice.sealing.envelope import seal, unseal, unwrap, wrap, wrapped_by
from einvoice.sealing.key import Key, new_key
from einvoice.sealing.keylines import new_key_line
from einvoice.sealing.masters import MasterKeys

__all__ = ["Key", "MasterKeys", "new_key", "new_key_line", "seal", "unseal", "unwrap", "wrap", "wrapped_by"]
