"""What the KoSIT validator reports on the corpus and on inputs of ours, kept as data, so that tests need no validator.

`inputs` makes the inputs out of our samples, `digest` reads a report, `ask` asks a validator and writes the data.
"""
