"""What the KoSIT validator says about CII D16B documents that break, or stretch, the schema in every place it has.

`plan` lists the mutants of `documents`, `judge` asks a KoSIT validator about them once and writes `verdicts.tsv`;
the test beside this folder replays that table against our schema, without the validator.
"""
