"""Who works on this profile, and which scope a new record of theirs belongs to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """The person at this computer, as rows are stamped with them."""

    user_id: str = "local"
    name: str = ""
    team: str = "local"
    county: str = "330300"
    is_curator: bool = False

    def scope_of(self, kind: str) -> str:
        """The scope a new record of table ``kind`` goes to unless its service says otherwise.

        Firms and people are shared by county, the pool of achievements is public where the person
        curates it and the team's own otherwise, everything else stays in the team (architecture.md 5).
        """
        if kind in {"enterprise", "contact"}:
            return f"county:{self.county}"
        if kind == "achievement" and self.is_curator:
            return "public"
        return f"team:{self.team}"
