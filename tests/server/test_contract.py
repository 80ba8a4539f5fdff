"""The OpenAPI document is true: what it allows is carried out, what it does not is refused, nothing breaks."""

import gzip
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from pydantic import BaseModel
from schemathesis import GenerationMode

from broker_app.sync import protocol
from broker_app.sync.protocol import Change, Head, Operation, Result, SyncReply
from broker_server import wire
from tests.server_under_test import PASSWORD, made_server, running_server

EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "15"))  # of each operation in each mode


@pytest.fixture(scope="session")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> object:
    """A server, and the access token of somebody who may do much."""
    with running_server(tmp_path_factory.mktemp("contract") / "server") as server:
        server.add_team("12")
        server.add_user("chen", "team:12=lead", "public=curator", administrator=True)
        device = server.sign_in("chen")
        yield server.url, device.access_token


# Signing out and revoking would end what the other requests need; the files' own tests know their hashes.
LEFT_OUT = {"/v1/auth/logout", "/v1/devices/{device_id}"}
OPERATIONS = (
    "GET /v1/hello",
    "POST /v1/auth/login",
    "POST /v1/auth/refresh",
    "GET /v1/devices",
    "POST /v1/sync",
    "GET /v1/snapshot/{scope}",
    "GET /v1/history/{scope}/{record}",
    "POST /v1/blobs/{digest}",
    "HEAD /v1/blobs/{digest}",
    "PATCH /v1/blobs/{digest}",
    "GET /v1/blobs/{digest}",
    "GET /livez",
    "GET /readyz",
    "GET /version",
)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "not allowed"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_server_keeps_to_its_document(tokens: tuple[str, str], name: str, mode: GenerationMode) -> None:
    method, path = name.split(" ")
    operation = schemathesis.openapi.from_url(f"{tokens[0]}/openapi.json")[path][method]
    headers = {"Authorization": f"Bearer {tokens[1]}"}
    if mode is GenerationMode.POSITIVE:  # other numbers are allowed too, and answered with 426
        headers |= {"Sync-Protocol": "1", "Sync-Schema": "1"}

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def call(case: "schemathesis.Case[Any]") -> None:
        case.call_and_validate(headers=headers)

    try:
        call()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "nothing is allowed at all"


def test_no_endpoint_is_forgotten(tokens: tuple[str, str]) -> None:
    paths = httpx.get(f"{tokens[0]}/openapi.json", trust_env=False).json()["paths"]
    there = {
        f"{method.upper()} {path}" for path, methods in paths.items() if path not in LEFT_OUT for method in methods
    }
    assert there == set(OPERATIONS)


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (wire.OperationIn, Operation),
        (wire.ResultOut, Result),
        (wire.ChangeOut, Change),
        (wire.HeadOut, Head),
        (wire.SyncOut, SyncReply),
    ],
)
def test_both_programs_speak_of_the_same_members(model: type[BaseModel], shape: type[object]) -> None:
    assert set(model.model_fields) == set(shape.__dataclass_fields__)  # type: ignore[attr-defined]


def test_every_problem_is_in_the_protocol(tmp_path: Path) -> None:
    app, _settings, _clock = made_server(tmp_path)
    answers = app.openapi()["paths"]["/v1/sync"]["post"]["responses"]
    assert {"400", "401", "409", "413", "422", "426", "429", "503"} <= set(answers)
    assert all(protocol.PROBLEM_TYPE in answer["content"] for status, answer in answers.items() if status >= "400")


def test_it_serves_with_several_workers_and_counts_them_together(tmp_path: Path, unused_ports: list[int]) -> None:
    """The command itself: init, accounts, two workers, metrics on a port of their own, and an orderly end."""
    port, metrics_port = unused_ports
    command = [sys.executable, "-m", "broker_server", "--home", str(tmp_path / "server")]

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [*command, *arguments], capture_output=True, text=True, check=True, input=f"{PASSWORD}\n", timeout=60
        )
        return done.stdout

    assert "数据库已就绪" in run("init", "--name", "瑞安")
    run("team", "add", "12", "轻骑队")
    assert "已建立账号" in run("user", "add", "chen", "--grant", "team:12=broker", "--password-stdin")
    options = ["--port", str(port), "--workers", "2", "--metrics-port", str(metrics_port)]
    serving = subprocess.Popen([*command, "serve", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
            wait_for(http)
            assert http.get("/v1/hello").json()["name"] == "瑞安"
            ready = http.get("/readyz").json()
            assert ready["detail"]["database"] == "ok"
            assert http.get("/version").json()["protocols"] == [1]
            for _ in range(20):
                http.post("/v1/sync", content=gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"})
            assert http.get("/metrics").status_code == 404  # not where everybody can read it
            time.sleep(1.2)  # a worker writes its counters once a second
            http.get("/v1/hello")
            http.get("/v1/hello")
            text = httpx.get(f"http://127.0.0.1:{metrics_port}/metrics", trust_env=False).text
            assert 'broker_requests_total{route="/v1/sync",status="4xx"}' in text
            assert "broker_verified_backup_age_seconds -1.0" in text
    finally:
        serving.terminate()
        assert serving.wait(30) in (0, -15)


def wait_for(http: httpx.Client) -> None:
    give_up = time.monotonic() + 40
    while time.monotonic() < give_up:
        try:
            if http.get("/livez").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the server does not answer")
