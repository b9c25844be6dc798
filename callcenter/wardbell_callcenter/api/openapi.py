"""The API's OpenAPI document, made of the routes. `python -m wardbell_callcenter.api.openapi` prints it."""

import json
import sys
from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Litestar
from litestar.di import Provide
from litestar.enums import HttpMethod
from litestar.openapi import OpenAPIConfig
from litestar.types.internal_types import PathParameterDefinition

from wardbell_callcenter.api.gate import OPEN
from wardbell_callcenter.api.problems import MEDIA_TYPE, Problem
from wardbell_callcenter.api.routes import ROUTES, routed
from wardbell_callcenter.house import House

Json = dict[str, Any]
ABOUT = (
    "Contacts, agents and the house of a Wardbell call centre. Errors are application/problem+json (RFC 9457) and say what "
    "to do. Every change takes an Idempotency-Key: the same again is done once and answered again. "
    "GET /v1/events is a WebSocket: callcenter/README.md."
)
_EACH = (400, 429, 503)


@cache
def text() -> str:
    """The document as JSON."""
    return json.dumps(_document(), indent=1, ensure_ascii=False) + "\n"


def _document() -> Json:
    config = OpenAPIConfig(
        "Wardbell call centre",
        "1",
        description=ABOUT,
        use_handler_docstrings=True,
        operation_id_creator=lambda _, method, path: f"{HttpMethod(method).value.lower()}{_camel(path)}",
    )
    handed = {name: Provide(lambda: None, sync_to_thread=False) for name in ("intake", "caller")}
    made = Litestar([routed()], dependencies=handed, openapi_config=config).openapi_schema.to_schema()
    parts = made["components"]
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    parts["schemas"] |= msgspec.json.schema_components([Problem, House], ref_template="#/components/schemas/{name}")[1]
    parts["responses"] = {}
    open_ones = {path for route in ROUTES if OPEN in route.opt for path in route.paths}
    _show_house(made["paths"]["/v1/house"])
    for path, item in made["paths"].items():
        for method, operation in item.items():
            is_open = path in open_ones and method != "delete"
            del operation["summary"]  # the name of a wrapper
            _leave_out_null(operation.get("parameters", ()))
            operation["security"] = [] if is_open else [{"token": []}]
            for status in _problems(path, operation, is_open):
                parts["responses"][f"Problem{status}"] = _problem(status)
                operation["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return made


def _show_house(item: Json) -> None:
    """The document travels as its own bytes, of which Litestar knows nothing."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/House"}}}
    item["get"]["responses"]["200"]["content"] = content
    item["put"]["requestBody"] = {"content": content, "required": True}


def _leave_out_null(parameters: Iterable[Json]) -> None:
    """What a query leaves out is not `null` in it."""
    for parameter in parameters:
        schema = parameter["schema"]
        if "oneOf" in schema:
            parameter["schema"] = schema["oneOf"][0]
        elif isinstance(schema.get("type"), list):
            schema["type"] = next(name for name in schema["type"] if name != "null")
            schema["enum"] = [value for value in schema["enum"] if value is not None]


def _camel(path: list[str | PathParameterDefinition]) -> str:
    names = [part if isinstance(part, str) else part.name for part in path[1:]]
    return "".join(name.title().replace("_", "") for name in names)


def _problems(path: str, operation: Json, is_open: bool) -> list[int]:
    """How else it may end."""
    parameters = {parameter["name"] for parameter in operation.get("parameters", ())}
    found = [*_EACH]
    found += [] if is_open else [401, 403]
    found += [401] if "requestBody" in operation and is_open else []
    found += [404] if "{" in path or "roster" in parameters or path.startswith("/v1/figures") else []
    found += [409, 422] if "Idempotency-Key" in parameters else []
    found += [412, 422, 428] if "If-Match" in parameters else []
    found += [413] if "requestBody" in operation else []
    return sorted(set(found))


def _problem(status: int) -> Json:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}


if __name__ == "__main__":
    sys.stdout.write(text())
