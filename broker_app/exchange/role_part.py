"""What a visit in a file says of its role: the fields form F3 adds, in words or codes."""

from datetime import date

from pydantic import BaseModel, Field

from broker_app.codes.industries import find_industries
from broker_app.codes.lists import CodeList, find
from broker_app.services.role_facts import RoleFacts

_SERVICES = (CodeList.TECH_VP_DUTY, CodeList.LIGHT_TEAM_SERVICE, CodeList.COMMISSIONER_SERVICE)


class RolePart(BaseModel):
    """Every field may be missing; ``training_hours`` counts hours."""

    home_unit: str = ""
    term_from: date | None = None
    term_to: date | None = None
    team: str = ""
    team_field: str = ""
    commissioner_kind: str = ""
    service_mode: str = ""
    services: list[str] = []
    solved: bool = False
    track_until: date | None = None
    training_heads: int | None = None
    training_hours: float | None = Field(default=None, gt=0, allow_inf_nan=False)

    def facts(self, role: str) -> RoleFacts:
        """The facts as a visit of ``role`` keeps them; a service nobody knows is left out."""
        known = [code for one in self.services if (code := _service(role, one))]
        return RoleFacts(
            home_unit=self.home_unit,
            term_from=self.term_from,
            term_to=self.term_to,
            team=self.team,
            team_field=next(iter(find_industries(self.team_field)), "") if self.team_field else "",
            commissioner_kind=find(CodeList.COMMISSIONER_KIND, self.commissioner_kind) or "",
            service_mode=find(CodeList.SERVICE_MODE, self.service_mode) or "",
            services=tuple(dict.fromkeys(known)),
            solved=self.solved,
            track_until=self.track_until,
            training_heads=self.training_heads,
            training_minutes=round(self.training_hours * 60) if self.training_hours else None,
        )


def _service(role: str, words: str) -> str:
    """The code of a service; 成果转化 stands in two lists, so that of the role is asked first."""
    own = {"tech_vp": 0, "light_team": 1}.get(role, 2)
    lists = (_SERVICES[own], *(one for one in _SERVICES if one != _SERVICES[own]))
    return next((code for one in lists if (code := find(one, words))), "")
