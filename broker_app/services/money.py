"""Money: stored in whole fen, typed and shown in 万元, in English shown in yuan."""

from decimal import ROUND_HALF_UP, Decimal

from broker_app.errors import InvalidInputError
from broker_app.i18n import _, speaks_english

_FEN_PER_WAN = 1_000_000
_FEN_PER_YUAN = 100
_MILLION = 1_000_000
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
    figure = (Decimal(amount) / _FEN_PER_WAN).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{figure:,.2f}".rstrip("0").rstrip(".")


def amount_label(amount: int) -> str:
    """An amount in fen as a person reads it: ``180 万元``, in English ``CNY 1.8M``."""
    return f"CNY {_english_figure(amount)}" if speaks_english() else f"{wan_label(amount)} 万元"


def short_amount_label(amount: int) -> str:
    """The same where room is small: ``180 万``."""
    return amount_label(amount) if speaks_english() else f"{wan_label(amount)} 万"


def budget_label(low: int | None, high: int | None) -> str:
    """``180—200 万元``, ``不超过 50 万元``, ``60 万元以上`` or "" for an amount nobody said."""
    if high is None:
        return _("{amount}以上").format(amount=amount_label(low)) if low else ""
    if low == high:
        return amount_label(high)
    if not low:
        return _("不超过 {amount}").format(amount=amount_label(high))
    if speaks_english():
        return f"{amount_label(low)}–{_english_figure(high)}"
    return f"{wan_label(low)}—{wan_label(high)} 万元"


def _english_figure(amount: int) -> str:
    """Short and exact to a thousandth: ``1.8M`` from a million yuan on, ``600k`` for whole thousands, ``12,500``."""
    yuan = Decimal(amount) / _FEN_PER_YUAN
    if yuan >= _MILLION:
        return f"{yuan / _MILLION:,.3f}".rstrip("0").rstrip(".") + "M"
    return f"{yuan / 1000:.0f}k" if yuan and not yuan % 1000 else f"{yuan:,.0f}"
