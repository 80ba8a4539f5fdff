"""The state machines, move by move, against the table of the trade (who may follow whom)."""

from itertools import product

import pytest

from broker_app.errors import IllegalMoveError
from broker_app.rules.states import (
    MATCH_MACHINE,
    NEED_MACHINE,
    VISIT_MACHINE,
    MatchState,
    NeedState,
    StateMachine,
    VisitState,
    state_label,
)

VISIT = """
draft -> planned in_progress recorded
planned -> in_progress recorded cancelled
in_progress -> recorded
recorded -> confirmed submitted
confirmed -> submitted
submitted -> accepted returned
returned -> recorded
accepted ->
cancelled ->
"""

NEED = """
raw -> refined deferred withdrawn not_technical
refined -> verified merged deferred withdrawn not_technical
verified -> published matching refined deferred withdrawn not_technical
published -> verified matching listed_on_bill deferred withdrawn not_technical
listed_on_bill -> verified matching deferred withdrawn not_technical
matching -> negotiating no_match deferred withdrawn not_technical
no_match -> matching deferred withdrawn not_technical
negotiating -> contracted matching deferred withdrawn not_technical
contracted -> solved deferred withdrawn not_technical
deferred -> refined withdrawn not_technical
solved ->
merged ->
withdrawn ->
not_technical ->
"""

MATCH = """
suggested -> screened proposed declined
screened -> proposed declined
proposed -> accepted_by_enterprise accepted_by_owner declined
accepted_by_enterprise -> accepted_by_owner introduced declined
accepted_by_owner -> accepted_by_enterprise introduced declined
introduced -> met declined
met -> agreed declined
agreed ->
declined ->
"""

WITH_REASON = {"cancelled", "returned", "withdrawn", "deferred", "not_technical", "declined"}


def table(text: str) -> dict[str, set[str]]:
    lines = (line.partition("->") for line in text.strip().splitlines())
    return {state.strip(): set(after.split()) for state, _arrow, after in lines}


MACHINES = [
    pytest.param(VISIT_MACHINE, VisitState, table(VISIT), id="visit"),
    pytest.param(NEED_MACHINE, NeedState, table(NEED), id="need"),
    pytest.param(MATCH_MACHINE, MatchState, table(MATCH), id="match"),
]


@pytest.mark.parametrize(("machine", "states", "moves"), MACHINES)
def test_every_move_is_allowed_or_refused_as_the_table_says(
    machine: StateMachine, states: type[VisitState | NeedState | MatchState], moves: dict[str, set[str]]
) -> None:
    assert set(moves) == set(states)
    for now, wanted in product(states, states):
        if wanted in moves[now]:
            machine.check(now, wanted, why="样例原因")
            continue
        with pytest.raises(IllegalMoveError) as refused:
            machine.check(now, wanted, why="样例原因")
        sentence = refused.value.message
        assert state_label(machine.noun, now) in sentence
        assert state_label(machine.noun, wanted) in sentence
        assert "记录没有改动" in sentence
        for possible in moves[now]:
            assert state_label(machine.noun, possible) in sentence


@pytest.mark.parametrize(("machine", "_states", "moves"), MACHINES)
def test_a_step_back_or_aside_needs_its_reason(
    machine: StateMachine, _states: object, moves: dict[str, set[str]]
) -> None:
    for now, after in moves.items():
        for wanted in after & WITH_REASON:
            for nothing in ("", " \n　"):
                with pytest.raises(IllegalMoveError, match="写明原因"):
                    machine.check(now, wanted, why=nothing)
        for wanted in after - WITH_REASON:
            machine.check(now, wanted)


@pytest.mark.parametrize(("machine", "states", "_moves"), MACHINES)
def test_every_state_has_a_word_of_its_own(
    machine: StateMachine, states: type[VisitState | NeedState | MatchState], _moves: object
) -> None:
    labels = [state_label(machine.noun, state) for state in states]
    assert len(set(labels)) == len(labels)
    assert all(not label.isascii() for label in labels)


def test_a_state_of_a_newer_program_is_shown_and_goes_nowhere() -> None:
    assert state_label("visit", "archived") == "archived"
    assert VISIT_MACHINE.next_states("archived") == ()
    with pytest.raises(IllegalMoveError, match="没有下一步"):
        VISIT_MACHINE.check("archived", VisitState.RECORDED)
