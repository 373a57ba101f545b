"""Entities and DOCTYPEs, wherever they may hide: all of them are refused before a parser expands anything."""

from tests.security.hostile.base import ACCEPTED, Hostile, before_root, noted, numbered, put, put_text


def declared(subset: str, use: str = "&e;") -> bytes:
    """An internal subset, and a note that uses it."""
    return before_root(f"<!DOCTYPE Invoice [{subset}]>", noted(use).decode())


def laughs(levels: int = 9, each: int = 10) -> str:
    """Entities, each of ten of the one before it: the tenth to the ninth."""
    chain = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * each}">' for n in range(1, levels + 1))
    return f'<!ENTITY l0 "ha">{chain}<!ENTITY e "&l{levels};">'


def parameter_laughs() -> str:
    """The same in parameter entities, which expand while the DOCTYPE is read."""
    chain = "".join(f"<!ENTITY % p{n} '{f'&#37;p{n - 1};' * 10}'>" for n in range(1, 9))
    return f"<!ENTITY % p0 'ha'>{chain}%p8;<!ENTITY e 'x'>"


def hidden(encoding: str, before: str = "") -> bytes:
    """A DOCTYPE in another encoding, perhaps behind something long."""
    text = before_root(f'{before}<!DOCTYPE Invoice [<!ENTITY e "x">]>', noted("&e;").decode()).decode()
    return put_text("UTF-8", encoding, text).encode(encoding)


ROWS = (
    Hostile("a billion laughs", "doctype", lambda: declared(laughs())),
    Hostile("a billion laughs in an attribute", "doctype", lambda: put(
        "<cbc:Note>", '<cbc:Note languageID="&e;">', declared(laughs(), "x").decode())),
    Hostile("a quadratic blow-up", "doctype", lambda: declared(f'<!ENTITY e "{"a" * 50_000}">', "&e;" * 50_000)),
    Hostile("a bomb of parameter entities", "doctype", lambda: declared(parameter_laughs())),
    Hostile("an entity that holds itself", "doctype", lambda: declared('<!ENTITY e "&e;">')),
    Hostile("two entities that hold each other", "doctype", lambda: declared('<!ENTITY a "&e;"><!ENTITY e "&a;">')),
    Hostile("a bomb as default value of an attribute", "doctype", lambda: declared(
        laughs() + '<!ATTLIST Invoice bomb CDATA "&e;">', "x")),
    Hostile("a million entity declarations", "doctype", lambda: declared(
        "".join(f'<!ENTITY e{n} "">' for n in range(500_000)), "x")),
    Hostile("one harmless entity", "doctype", lambda: declared('<!ENTITY e "Guten Tag">')),
    Hostile("an empty DOCTYPE", "doctype", lambda: before_root("<!DOCTYPE Invoice>")),
    Hostile("an HTML DOCTYPE", "doctype", lambda: before_root("<!DOCTYPE html>")),
    Hostile("a DOCTYPE behind comments and instructions", "doctype", lambda: before_root(
        "<!-- x --><?x y?><!-- <a> -->\n\n<!DOCTYPE Invoice>")),
    Hostile("a DOCTYPE behind 5 MB of comment", "doctype", lambda: before_root(
        f"<!--{'x' * 5_000_000}--><!DOCTYPE Invoice>")),
    Hostile("a DOCTYPE behind 5 MB of blanks", "doctype", lambda: before_root(f"{' ' * 5_000_000}<!DOCTYPE Invoice>")),
    Hostile("a DOCTYPE in UTF-16", "doctype", lambda: hidden("UTF-16")),
    Hostile("a DOCTYPE in UTF-16 behind comments", "doctype", lambda: hidden("UTF-16", "<!-- x -->" * 10_000)),
    Hostile("a DOCTYPE in ISO-8859-1", "doctype", lambda: hidden("ISO-8859-1")),
    Hostile("a DOCTYPE in XML 1.1", "doctype", lambda: put("version='1.0'", "version='1.1'", before_root(
        "<!DOCTYPE Invoice>").decode())),
    Hostile("a standalone DOCTYPE", "doctype", lambda: put("encoding='UTF-8'", "encoding='UTF-8' standalone='yes'",
                                                            before_root("<!DOCTYPE Invoice>").decode())),
    Hostile("two DOCTYPEs", "doctype", lambda: before_root("<!DOCTYPE Invoice><!DOCTYPE Invoice>")),
    Hostile("a DOCTYPE in small letters", "not-xml", lambda: before_root("<!doctype Invoice>")),
    Hostile("a DOCTYPE inside the invoice", "malformed", lambda: noted("<!DOCTYPE Invoice>")),
    Hostile("a DOCTYPE behind the invoice", "malformed", lambda: put("</Invoice>", "</Invoice><!DOCTYPE Invoice>")),
    Hostile("a DOCTYPE in CDATA, which is text", ACCEPTED, lambda: noted("<![CDATA[<!DOCTYPE x [<!ENTITY e 'x'>]>]]>")),
    Hostile("a DOCTYPE in a comment, which is a comment", ACCEPTED, lambda: before_root("<!-- <!DOCTYPE x> -->")),
    Hostile("an entity nobody declared", "malformed", lambda: noted("&e;")),
    Hostile("an entity nobody declared, in an attribute", "malformed", lambda: put(
        'unitCode="H87"', 'unitCode="&e;"')),
    Hostile("an entity of HTML", "malformed", lambda: noted("M&ouml;bel")),
    Hostile("a million character references", ACCEPTED, lambda: noted("&#65;" * 1_000_000)),
    Hostile("a character reference with a million zeros", ACCEPTED, lambda: noted(f"&#{'0' * 1_000_000}65;")),
    Hostile("a character reference beyond Unicode", "malformed", lambda: noted("&#x110000;")),
    Hostile("a character reference that overflows", "malformed", lambda: noted("&#4294967361;")),
    Hostile("a reference to NUL", "malformed", lambda: numbered("1&#0;2")),
    Hostile("a reference to half a surrogate pair", "malformed", lambda: numbered("1&#xD800;2")),
)  # fmt: skip
