"""A stand-in for SageMaker's control plane, and for STS: it may say nothing that AWS could not.

Every request and every answer is checked against botocore's own model of the service: types, required members, unknown
members, enums, patterns, lengths. `python -m tests.live.cloud [WORLD]` runs it as a process of its own: it prints its
address, and ends when its standard input does.
"""

from __future__ import annotations

import copy
import json
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self, TypeAlias

import botocore.session
from botocore.validate import ParamValidator

ACCOUNT = "123456789012"
REGION = "us-east-1"

Answer: TypeAlias = dict[str, Any]
Shape: TypeAlias = Any
"""botocore's shapes, whose stubs do not tell the kinds apart."""
Fault: TypeAlias = tuple[int, str, str]
"""The status, the code and the message of a refusal."""

_SESSION = botocore.session.Session()
_MODEL: Any = _SESSION.get_service_model("sagemaker")
_ECR: Any = _SESSION.get_service_model("ecr")
# Operation: the member that holds the rows, and the names in a row of the object and of its status.
_LISTS = {
    "ListEndpoints": ("Endpoints", "EndpointName", "EndpointStatus"),
    "ListInferenceComponents": ("InferenceComponents", "InferenceComponentName", "InferenceComponentStatus"),
    "ListTransformJobs": ("TransformJobSummaries", "TransformJobName", "TransformJobStatus"),
}
KINDS = {
    "EndpointName": "endpoint",
    "EndpointConfigName": "endpoint-config",
    "InferenceComponentName": "inference-component",
    "ModelName": "model",
    "TransformJobName": "transform-job",
}
"""What an object is named by in requests, and the kind of object that stands in its ARN."""


class Cloud:
    """One account in one region: its objects by kind and name, each as AWS describes it.

    `calls` is what our own tool asked over HTTP, in order. `fail` is asked before each answer whether to refuse it. A
    list answers at most `page` rows at once. `tags` are the digests that
    ECR tells for tags. `violations` are requests and answers that AWS could not have made.
    """

    def __init__(self, region: str = REGION, account: str = ACCOUNT) -> None:
        """Hold nothing."""
        self.region, self.account = region, account
        self.objects: dict[str, dict[str, Answer]] = {name: {} for name in KINDS}
        self.calls: list[tuple[str, Answer]] = []
        self.fail: Callable[[str, Answer], Fault | None] = lambda _operation, _request: None
        self.page = 100
        self.violations: list[str] = []
        self.tags: dict[str, str] = {}
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC).replace(microsecond=0)
        self.url = ""

    @classmethod
    def of_file(cls, file: Path) -> Self:
        """The cloud in which the requests of a JSON file have been made: a list of pairs, operation and request."""
        cloud = cls()
        for operation, request in json.loads(file.read_text(encoding="utf-8")):
            answer = cloud.answer(operation, request)
            assert isinstance(answer, dict), answer
        return cloud

    @property
    def environment(self) -> dict[str, str]:
        """What leads botocore here."""
        return {
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",  # no secret: any is taken
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ENDPOINT_URL_SAGEMAKER": self.url,
            "AWS_ENDPOINT_URL_STS": self.url,
            "AWS_ENDPOINT_URL_ECR": self.url,
        }

    def arn(self, kind: str, name: str) -> str:
        """The ARN of an object, by what it is named by in requests."""
        return f"arn:aws:sagemaker:{self.region}:{self.account}:{KINDS[kind]}/{name}"

    def describe_images(self, request: Answer) -> Answer | Fault:
        """What ECR would say of some tags."""
        _check(_ECR.operation_model("DescribeImages").input_shape, request)
        if fault := self.fail("DescribeImages", request):
            return fault
        tags = [one["imageTag"] for one in request["imageIds"]]
        if missing := [tag for tag in tags if tag not in self.tags]:
            return 400, "ImageNotFoundException", f"The image with imageId {missing[0]} does not exist"
        found = {"imageDetails": [{"imageDigest": self.tags[tag], "imageTags": [tag]} for tag in tags]}
        _check(_ECR.operation_model("DescribeImages").output_shape, found)
        return found

    def answer(self, operation: str, request: Answer) -> Answer | Fault:
        """What AWS would say. Raises an `AssertionError` for what it could neither be asked nor say."""
        model = _MODEL.operation_model(operation)
        _check(model.input_shape, request)
        if fault := self.fail(operation, request):
            return fault
        found = self._act(operation, request)
        if isinstance(found, dict):
            _check(model.output_shape, found)
        return found

    def _act(self, operation: str, request: Answer) -> Answer | Fault:
        if operation in _LISTS:
            return self._list(operation, request)
        verb = re.split(r"(?=[A-Z])", operation)[1]
        actions: Mapping[str, Callable[[str, Answer], Answer | Fault]] = {
            "Describe": self._describe,
            "Create": self._create,
            "Delete": self._delete,
            "Update": self._update,
        }
        if verb not in actions:
            return 400, "ValidationException", f"{operation} is not served here"
        return actions[verb](operation, request)

    def _list(self, operation: str, request: Answer) -> Answer:
        rows, name, status = _LISTS[operation]
        shape = _MODEL.operation_model(operation).output_shape.members[rows].member
        found = [
            one
            for one in self.objects[name].values()
            if request.get("NameContains", "") in one[name]
            and request.get("StatusEquals", one[status]) == one[status]
            and request.get("EndpointNameEquals", one.get("EndpointName")) == one.get("EndpointName")
        ]
        if request.get("SortOrder", "Descending") == "Descending":
            found.reverse()
        start = int(request.get("NextToken", "0"))
        end = start + min(request.get("MaxResults", 10), self.page)
        more = {"NextToken": str(end)} if end < len(found) else {}
        return {rows: [_only(shape, one) for one in found[start:end]], **more}

    def _describe(self, operation: str, request: Answer) -> Answer | Fault:
        kind, name = next(iter(request.items()))
        if name not in self.objects[kind]:
            said = f'Could not find {KINDS[kind].replace("-", " ")} "{self.arn(kind, name)}".'
            return 400, "ResourceNotFound" if kind == "TransformJobName" else "ValidationException", said
        return _only(_MODEL.operation_model(operation).output_shape, copy.deepcopy(self.objects[kind][name]))

    def _delete(self, _: str, request: Answer) -> Answer:
        kind, name = next(iter(request.items()))
        self.objects[kind].pop(name, None)
        if kind == "EndpointName":
            on_it = [key for key, one in self.objects["InferenceComponentName"].items() if one["EndpointName"] == name]
            assert not on_it, f"AWS deletes no endpoint with components on it: {on_it}"
        return {}

    def _update(self, operation: str, request: Answer) -> Answer:
        assert operation == "UpdateInferenceComponent", f"{operation} is not served here"
        name = request["InferenceComponentName"]
        one = self.objects["InferenceComponentName"][name]
        one["Specification"] |= request.get("Specification", {})
        if copies := request.get("RuntimeConfig", {}).get("CopyCount"):
            one["RuntimeConfig"] |= {"DesiredCopyCount": copies}
        one["LastModifiedTime"] = self.now()
        return {"InferenceComponentArn": one["InferenceComponentArn"]}

    def _create(self, operation: str, request: Answer) -> Answer:
        kind = f"{operation.removeprefix('Create')}Name"
        name = request[kind]
        made = {
            **copy.deepcopy(request),
            f"{kind.removesuffix('Name')}Arn": self.arn(kind, name),
            "CreationTime": self.now(),
            "LastModifiedTime": self.now(),
        }
        fill: Mapping[str, Callable[[Answer], None]] = {
            "EndpointName": self._fill_endpoint,
            "InferenceComponentName": self._fill_component,
            "TransformJobName": lambda job: job.update(TransformJobStatus="Completed"),
        }
        if kind in fill:
            fill[kind](made)
        self.objects[kind][name] = made
        return {f"{kind.removesuffix('Name')}Arn": self.arn(kind, name)}

    def _fill_endpoint(self, endpoint: Answer) -> None:
        config = self.objects["EndpointConfigName"][endpoint["EndpointConfigName"]]
        endpoint["EndpointStatus"] = "InService"
        endpoint["ProductionVariants"] = [self._run(variant) for variant in config["ProductionVariants"]]
        if "AsyncInferenceConfig" in config:
            endpoint["AsyncInferenceConfig"] = config["AsyncInferenceConfig"]

    def _run(self, variant: Answer) -> Answer:
        running: Answer = {
            "VariantName": variant["VariantName"],
            "CurrentInstanceCount": variant["InitialInstanceCount"],
            "DesiredInstanceCount": variant["InitialInstanceCount"],
        }
        if pools := variant.get("InstancePools"):
            running["InstancePools"] = [
                {"InstanceType": pool["InstanceType"], "CurrentInstanceCount": int(place == 0)}
                for place, pool in enumerate(pools)
            ]
        model = self.objects["ModelName"].get(variant.get("ModelName", ""), {})
        if image := model.get("PrimaryContainer", {}).get("Image"):
            running["DeployedImages"] = [_deployed(image, self.now())]
        return running

    def _fill_component(self, component: Answer) -> None:
        component["EndpointArn"] = self.arn("EndpointName", component["EndpointName"])
        container = component["Specification"].get("Container", {})
        if image := container.pop("Image", None):
            container["DeployedImage"] = _deployed(image, self.now())
        copies = component.get("RuntimeConfig", {}).get("CopyCount", 1)
        component["RuntimeConfig"] = {"DesiredCopyCount": copies, "CurrentCopyCount": copies}
        component["InferenceComponentStatus"] = "InService"
        base = component["Specification"].get("BaseInferenceComponentName")
        component.setdefault("VariantName", "AllTraffic")
        assert base is None or base in self.objects["InferenceComponentName"], f"no base {base}"


@contextmanager
def serving(cloud: Cloud) -> Iterator[Cloud]:
    """The cloud while it listens on a free port of the loopback."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.cloud = cloud
    cloud.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield cloud
    finally:
        server.shutdown()
        server.server_close()


def _deployed(image: str, at: datetime) -> Answer:
    repository = image.rpartition(":")[0] or image
    return {"SpecifiedImage": image, "ResolvedImage": f"{repository}@sha256:{'a' * 64}", "ResolutionTime": at}


def _only(shape: Shape, one: Answer) -> Answer:
    """What a shape has members for."""
    return {name: one[name] for name in shape.members if name in one}


def _check(shape: Shape, value: Answer) -> None:
    if shape is None:
        assert value == {}
        return
    report = ParamValidator().validate(value, shape)
    assert not report.has_errors(), report.generate_report()
    _check_strictly(shape, value, "$")


def _check_strictly(shape: Shape, value: Any, path: str) -> None:  # noqa: ANN401  whatever the shape says
    """What botocore leaves to the service: unknown members of structures, enums, patterns, lengths."""
    if shape.type_name == "structure":
        for name, inner in value.items():
            assert name in shape.members, f"{path} has no member {name}"
            _check_strictly(shape.members[name], inner, f"{path}.{name}")
    elif shape.type_name == "list":
        assert len(value) <= shape.metadata.get("max", len(value)), f"{path} is too long"
        for place, inner in enumerate(value):
            _check_strictly(shape.member, inner, f"{path}[{place}]")
    elif shape.type_name == "map":
        assert len(value) <= shape.metadata.get("max", len(value)), f"{path} has too many entries"
        for name, inner in value.items():
            _check_strictly(shape.key, name, f"{path}.{name}")
            _check_strictly(shape.value, inner, f"{path}.{name}")
    elif shape.type_name == "string":
        assert not shape.enum or value in shape.enum, f"{path}: {value!r} is not one of {shape.enum}"
        assert len(value) <= shape.metadata.get("max", len(value)), f"{path} is too long"
        pattern = shape.metadata.get("pattern")
        assert not pattern or re.fullmatch(pattern, value, re.DOTALL), f"{path}: {value!r} breaks {pattern}"


class _Server(ThreadingHTTPServer):
    cloud: Cloud
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Forgive a client that was killed. Never write to standard error: a command of a test may be writing there."""
        if not isinstance(error := sys.exception(), ConnectionError):
            self.cloud.violations.append(f"the stand-in failed: {error!r}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        cloud = self.server.cloud
        if "X-Amz-Target" not in self.headers:
            self._identify(cloud)
            return
        service, _, operation = self.headers["X-Amz-Target"].partition(".")
        request = json.loads(body or b"{}")
        if "registry-tool/" in self.headers["User-Agent"]:
            cloud.calls.append((operation, request))
        try:
            is_ours = service == "SageMaker"
            found = cloud.answer(operation, request) if is_ours else cloud.describe_images(request)
        except AssertionError as err:
            cloud.violations.append(f"{operation}: {err}")
            found = 400, "ValidationException", str(err)
        if isinstance(found, dict):
            self._send(200, json.dumps(found, default=lambda at: at.timestamp()))
        else:
            status, code, message = found
            self._send(status, json.dumps({"__type": code, "message": message}))

    def _identify(self, cloud: Cloud) -> None:
        cloud.calls.append(("GetCallerIdentity", {}))
        space = "https://sts.amazonaws.com/doc/2011-06-15/"
        answer = f"<Arn>arn:aws:iam::{cloud.account}:user/u</Arn><UserId>U</UserId><Account>{cloud.account}</Account>"
        self._send(
            200,
            f'<GetCallerIdentityResponse xmlns="{space}"><GetCallerIdentityResult>{answer}</GetCallerIdentityResult>'
            "</GetCallerIdentityResponse>",
            "text/xml",
        )

    def _send(self, status: int, text: str, content_type: str = "application/x-amz-json-1.1") -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until standard input ends: an empty account, or what a file's requests make."""
    cloud = Cloud.of_file(Path(sys.argv[1])) if len(sys.argv) > 1 else Cloud()
    with serving(cloud):
        print(cloud.url, flush=True)  # noqa: T201  for who started it
        sys.stdin.read()
    os._exit(1 if cloud.violations else 0)


if __name__ == "__main__":
    main()
