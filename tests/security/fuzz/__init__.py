"""Fuzzing that knows what it changes: invoices, PDFs around them, and HTTP requests, each made from good ones of ours.

Every mutator is driven by one `random.Random`: hypothesis gives one it can shrink, a fuzzing run one with a seed.
`python -m tests.security.fuzz` (`make fuzz`) runs for a set time; `tests/security/test_fuzz_*.py` are the short runs.
"""
