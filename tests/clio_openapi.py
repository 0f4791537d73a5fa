"""Requests to Clio, and answers of what stands in for it, checked against Clio's own OpenAPI.

The document is Clio's and is not shipped with the product: it is looked up beside the checkout,
and where it is missing the tests that need it are skipped.

What the document is known to say differently from what Clio does is mended here, in one place.
"""

import gzip
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

HERE = Path(__file__).resolve()
DOCUMENT = HERE.parents[2] / "shared" / "reference" / "clio-manage-v4.openapi.json.gz"
HOST = "http://clio.test"
BASE = "/api/v4"
METHODS = {"get", "post", "put", "patch", "delete"}
JSON = "application/json; charset=utf-8"
# Known from live use, though not declared for every operation.
MORE_ANSWERS = ("400", "401", "404", "406", "410", "412", "422", "429")
HTTPX_HEADERS = {"host", "connection", "content-length"}


class Sent(Protocol):
    """A request of httpx or of httpx2."""

    method: str
    url: Any
    headers: Any

    @property
    def content(self) -> bytes: ...


class Answered(Protocol):
    """An answer of httpx or of httpx2."""

    status_code: int
    headers: Any

    @property
    def content(self) -> bytes: ...

    @property
    def request(self) -> Any: ...


class ClioContract:
    """Clio's document, mended, with what one asks of it."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = mend(document)
        self._api = OpenAPI.from_dict(self.document, config=Config(spec_validator_cls=None))

    def check(self, answer: Answered) -> None:
        """Both the request and its answer. Raises an error of openapi-core."""
        self.check_request(answer.request)
        self.check_response(answer)

    def check_request(self, request: Sent) -> None:
        """The request is one that Clio documents: path, parameters, body."""
        parts = urlsplit(str(request.url))
        operation = self.operation(request.method, parts.path)
        known = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
        for name in request.url.params:
            assert re.sub(r"\[\d+\]$", "", name) in known, f"{name} is no parameter of {parts.path}"
        self._check_body_names(operation, request.content)
        self._api.validate_request(_as_request(request))

    def check_response(self, answer: Answered) -> None:
        """The answer is one that Clio documents for its request."""
        response = MockResponse(
            answer.content,
            answer.status_code,
            dict(answer.headers),
            answer.headers.get("content-type", ""),
        )
        self._api.validate_response(_as_request(answer.request), response)

    def operation(self, method: str, path: str) -> dict[str, Any]:
        """The operation that a request is for. Fails when Clio documents none."""
        wanted = path.removeprefix(BASE)
        for template, item in self.document["paths"].items():
            pattern = re.sub(r"\\\{\w+\\\}", r"[^/]+", re.escape(template))
            if re.fullmatch(pattern, wanted) and method.lower() in item:
                found: dict[str, Any] = item[method.lower()]
                return found
        raise AssertionError(f"Clio documents no {method} {path}")

    def field_names(self, schema: str) -> set[str]:
        """The fields of a resource, its associations included."""
        return set(_properties(self.document, {"$ref": f"#/components/schemas/{schema}"}))

    def parameter_names(self, path: str) -> set[str]:
        """The query parameters of a list."""
        declared = self.document["paths"][path]["get"]["parameters"]
        return {each["name"] for each in declared if each["in"] == "query"}

    def _check_body_names(self, operation: Mapping[str, Any], body: bytes) -> None:
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        if schema is None or not body:
            return
        data = _properties(self.document, schema)["data"]
        unknown = set(json.loads(body)["data"]) - set(data["properties"])
        assert not unknown, f"Clio knows no {', '.join(sorted(unknown))} here"


@cache
def _load() -> ClioContract:
    return ClioContract(json.loads(gzip.decompress(DOCUMENT.read_bytes())))


def load_contract() -> ClioContract:
    """The contract; skips the test where Clio's document is not at hand."""
    if not DOCUMENT.exists():
        pytest.skip("Clio's OpenAPI document is not beside the checkout")
    return _load()


def _as_request(request: Sent) -> MockRequest:
    parts = urlsplit(str(request.url))
    return MockRequest(
        HOST,
        request.method,
        parts.path,
        args=list(request.url.params.multi_items()),
        headers={k: v for k, v in request.headers.items() if k not in HTTPX_HEADERS},
        data=request.content,
        content_type=request.headers.get("content-type", ""),
    )


def mend(document: dict[str, Any]) -> dict[str, Any]:
    """The document as Clio really behaves, as far as that is known."""
    document["servers"] = [{"url": f"{HOST}{BASE}"}]
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        if not name.endswith(("_List", "_Show")):
            _allow_null(schema)
    schemas["TokenRefused"] = {
        "type": "object",
        "required": ["error", "error_description"],
        "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
    }
    _add_activation(document["paths"])
    for item in document["paths"].values():
        for method in METHODS & set(item):
            _mend_operation(item[method])
    return document


def _allow_null(schema: dict[str, Any]) -> None:
    """Clio writes null for what is not there, which its document never says."""
    for part in (schema, *schema.get("allOf", ())):
        if part.get("type") == "object" and "error" not in part.get("properties", {}):
            part["nullable"] = True
        for value in part.get("properties", {}).values():
            if "type" in value:
                value["nullable"] = True


def _add_activation(paths: dict[str, Any]) -> None:
    """This route is described in the document's prose alone."""
    shown = paths["/webhooks/{id}.json"]["get"]
    named = [each for each in shown["parameters"] if each["name"] == "id"]
    answers = {"200": shown["responses"]["200"], "403": shown["responses"]["403"]}
    paths["/webhooks/{id}/activate"] = {"put": {"parameters": named, "responses": answers}}


def _mend_operation(operation: dict[str, Any]) -> None:
    error = {"$ref": "#/components/schemas/Error"}
    for status in MORE_ANSWERS:
        operation["responses"].setdefault(
            status, {"description": "", "content": {JSON: {"schema": error}}}
        )
    # An expired token is answered in OAuth's shape.
    either = {"anyOf": [error, {"$ref": "#/components/schemas/TokenRefused"}]}
    operation["responses"]["401"] = {"description": "", "content": {JSON: {"schema": either}}}
    for each in operation.get("parameters", []):
        if each["name"].endswith("ids[]"):
            each["schema"] = {"type": "array", "items": each["schema"]}
        elif each["name"] in {"query", "parent_type"}:
            each["schema"] = {"type": "string"}


def _properties(document: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = document["components"]["schemas"][name]
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        found |= _properties(document, part)
    return found
