"""The served API against its own OpenAPI document: whatever is sent, it answers as written there, and never fails."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from api_host import Host, serving
from databases import Database
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from servers import DEADLINE_S

from wardbell_callcenter.api.buckets import Rate
from wardbell_callcenter.api.gate import Rates
from wardbell_callcenter.api.openapi import text

AnyCase = schemathesis.Case[Any]
Operation = APIOperation[Any, Any, Any, Any]
PLENTY = Rate(burst=1_000_000, per_s=1_000_000)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
BOUNDED = settings(
    max_examples=2,  # of each operation and mode, the same each time
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
SCHEMA = schemathesis.openapi.from_dict(json.loads(text()))
OPERATIONS = [result.ok() for result in SCHEMA.get_all_operations() if isinstance(result, Ok)]
WITH_INPUT = [operation for operation in OPERATIONS if operation.body or operation.query or operation.path_parameters]


@pytest.fixture
def host(database: Database) -> Iterator[Host]:
    """A house that names nobody: whoever has a token may do everything, so everything is reached."""
    plenty = Rates(unknown=PLENTY, known=PLENTY, urgent=PLENTY)
    with serving(database.url, plenty) as made:
        made.sign_in("Wei")
        made.opener = "Wei"
        yield made


def ask(host: Host, token: str, case: AnyCase, contact_id: str = "") -> None:
    """Send it, of a contact that there is where one is given, and compare the answer with the document."""
    if contact_id and "contact_id" in case.path_parameters:
        case.path_parameters["contact_id"] = contact_id
    has_token = "Authorization" in (case.headers or {})  # one that is made up, to be refused
    headers = {} if has_token else {"Authorization": f"Bearer {token}"}
    answer = case.call(base_url=host.url, headers=headers, timeout=DEADLINE_S)
    case.validate_response(answer, checks=CHECKS)


def allow(host: Host, operation: Operation) -> None:
    """Whatever its document allows of it."""
    contact_id, token = host.open(subject=operation.label), host.token("Wei")

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE), is_known=st.booleans())
    def allowed(case: AnyCase, is_known: bool) -> None:
        ask(host, token, case, contact_id if is_known else "")

    allowed()


def refuse(host: Host, operation: Operation) -> None:
    """Whatever its document does not allow of it."""
    token = host.token("Wei")

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def refused(case: AnyCase) -> None:
        ask(host, token, case)

    refused()


def test_what_the_document_allows_is_answered_as_it_says(host: Host) -> None:
    for operation in OPERATIONS:
        allow(host, operation)


def test_what_the_document_does_not_allow_is_refused(host: Host) -> None:
    for operation in WITH_INPUT:
        refuse(host, operation)
