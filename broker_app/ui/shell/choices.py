"""What combo boxes offer: code lists, counties and industries as (code, label)."""

from broker_app.codes.counties import cities, counties
from broker_app.codes.industries import industries
from broker_app.codes.lists import entries
from broker_app.ui.shell.fields import Choice


def list_choices(list_name: str) -> tuple[Choice, ...]:
    """The rows of a code list."""
    return tuple((one.code, one.label) for one in entries(list_name))


def county_choices() -> tuple[Choice, ...]:
    """Wenzhou's counties first, then the other cities' of Zhejiang."""
    own = [(one.code, one.name) for one in counties("3303")]
    others = [
        (one.code, f"{city.name} {one.name}") for city in cities() if city.code != "3303" for one in counties(city.code)
    ]
    return (*own, *others)


def industry_choices() -> tuple[Choice, ...]:
    """The 5+5+N industries."""
    return tuple((one.code, one.name) for one in industries())
