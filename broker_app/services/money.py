"""Money: stored in whole fen, typed and shown in 万元."""

from decimal import ROUND_HALF_UP, Decimal

from broker_app.errors import InvalidInputError
from broker_app.i18n import _

_FEN_PER_WAN = 1_000_000
_MOST_WAN = Decimal(100_000_000)  # a trillion yuan; anything above is a slip of the hand


def fen(amount: Decimal | None) -> int | None:
    """Whole fen of an amount in 万元.

    Raises:
        InvalidInputError: a negative or absurd amount.
    """
    if amount is None:
        return None
    if not amount.is_finite() or amount < 0 or amount > _MOST_WAN:
        raise InvalidInputError("budget", _("金额不对，请检查。单位是万元。"))
    return int((amount * _FEN_PER_WAN).quantize(Decimal(1), ROUND_HALF_UP))


def wan(amount: int | None) -> Decimal | None:
    """The amount in 万元 of whole fen."""
    return None if amount is None else Decimal(amount) / _FEN_PER_WAN


def wan_label(amount: int) -> str:
    """The 万元 figure of an amount in fen without needless zeros: ``180``, ``1,200.5``."""
    wan = (Decimal(amount) / _FEN_PER_WAN).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{wan:,.2f}".rstrip("0").rstrip(".")


def budget_label(low: int | None, high: int | None) -> str:
    """``180—200 万元``, ``不超过 50 万元``, ``60 万元以上`` or "" for an amount nobody said."""
    if low is not None and high is not None:
        if low == high:
            return _("{amount} 万元").format(amount=wan_label(low))
        if low == 0:
            return _("不超过 {amount} 万元").format(amount=wan_label(high))
        return _("{low}—{high} 万元").format(low=wan_label(low), high=wan_label(high))
    if high is not None:
        return _("不超过 {amount} 万元").format(amount=wan_label(high))
    return _("{amount} 万元以上").format(amount=wan_label(low)) if low else ""
