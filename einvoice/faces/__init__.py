"""What the web faces share: who asks, in which language, what they may send and fetch, and how trouble is worded.

HTTP only; no rule of the domain lives here. `api` and `portal` lean on it, and not on each other.
"""
