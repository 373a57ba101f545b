"""Content negotiation (RFC 9110, 12.5): which of the forms we offer a client would rather have."""

from collections.abc import Sequence


def weighted(header: str) -> list[tuple[str, float]]:
    """The elements of an Accept or Accept-Language header, in lower case, with their weight; parameters are dropped."""
    found = []
    for element in header.split(","):
        value, *parameters = (part.strip().lower() for part in element.split(";"))
        if value:
            found.append((value, _weight(parameters)))
    return found


def negotiate(accept: str | None, offers: Sequence[str]) -> str | None:
    """The media type to answer with; the first offered wins among equals. None: the client takes none of them."""
    if accept is None or not accept.strip():
        return offers[0]
    wishes = weighted(accept)
    best = max(offers, key=lambda offer: _liking(offer, wishes))  # max keeps the first of equals
    return best if _liking(best, wishes) > 0 else None


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _liking(offer: str, wishes: list[tuple[str, float]]) -> float:
    """The weight of the most specific wish that covers the offer."""
    kind = offer.partition("/")[0]
    for pattern in (offer, f"{kind}/*", "*/*"):
        for value, weight in wishes:
            if value == pattern:
                return weight
    return 0.0
