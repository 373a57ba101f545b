"""The two exceptions of the product. (What a rule says about an invoice is no exception but a `Finding`.)

`Refusal`: the input can't be an invoice we take. Terminal; the sender gets a sentence and a remedy.
`Fault`: we could not do our work. Never a verdict; retried, then held for the operator.
"""

from einvoice.model.text import storable
from einvoice.model.trouble import FaultNotice, RefusalNotice


class Refusal(Exception):
    """The input can't be an invoice we take; `code` leads to sentence and remedy in explain/."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code, details)
        self.notice = RefusalNotice(code, {name: storable(str(value)) for name, value in details.items()})

    def __reduce__(self) -> tuple[object, ...]:  # travels between processes with its details
        return _refusal, (self.notice,)


class Fault(Exception):
    """We could not do our work; `deterministic` says that a retry of the same document can't help.

    `elsewhere` says that it is not about this document: storage, scanner or database are away. Trying goes on.
    """

    def __init__(
        self,
        cause: str,
        detail: str = "",
        *,
        deterministic: bool = False,
        elsewhere: bool = False,
        ruleset: str | None = None,
    ) -> None:
        super().__init__(cause, detail)
        self.notice = FaultNotice(cause, detail, deterministic, elsewhere, ruleset)

    def __reduce__(self) -> tuple[object, ...]:
        return _fault, (self.notice,)


def _refusal(notice: RefusalNotice) -> Refusal:
    return Refusal(notice.code, **notice.details)


def _fault(notice: FaultNotice) -> Fault:
    return Fault(
        notice.cause,
        notice.detail,
        deterministic=notice.deterministic,
        elsewhere=notice.elsewhere,
        ruleset=notice.ruleset,
    )
