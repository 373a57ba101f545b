"""Proof of what happened: the signing key, checkpoints of the audit chain, its verification, exports and receipts.

Nothing here changes a submission; the chain itself is written by the store.
"""
