"""Whether the images that run are still what their tags mean: asked of ECR, a hundred tags at a time."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from registry_tool import aws
from registry_tool.live.client import UnreadableError, connect_ecr, gap_of
from registry_tool.live.look import Look
from registry_tool.live.verdict import FieldVerdict

ACTION = "ecr:DescribeImages"
_MOST_TAGS = 100
_IMAGE = re.compile(r"(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+):([^:@/]+)")


class Ecr(Protocol):
    """The one call of ECR that we make, as botocore has it."""

    def describe_images(self, **request: object) -> dict[str, Any]:
        """What tags of a repository mean."""


class ImageRepository(NamedTuple):
    """Where images are kept."""

    account: str
    region: str
    name: str


def read_tags(looks: Iterable[Look], environment: Mapping[str, str], profile: str) -> dict[str, str]:
    """What the tag of each image that runs means now, by the image: a digest, empty for a tag that is gone.

    `UnreadableError` if ECR cannot be asked. Images that are not in ECR are left out.
    """
    wanted: dict[ImageRepository, dict[str, str]] = defaultdict(dict)
    for look in looks:
        for field in look.fields:
            if match := _IMAGE.fullmatch(field.image):
                account, region, name, tag = match.groups()
                wanted[ImageRepository(account, region, name)][tag] = field.image
    found: dict[str, str] = {}
    for repository, images in wanted.items():
        client: Ecr = connect_ecr(environment, region=repository.region, profile=profile)
        digests = dict(_digests(client, repository, sorted(images)))
        found |= {image: digests.get(tag, "") for tag, image in images.items()}
    return found


def remark(field: FieldVerdict, tags: Mapping[str, str]) -> str:
    """What there is to say of an image beside its tag; nothing if the tag means what runs."""
    if field.image not in tags or not field.digest:
        return ""
    now = tags[field.image]
    if not now:
        return f"{field.path}: its tag {field.live} is no longer in the repository"
    return "" if now == field.digest else f"{field.path}: {field.live} was built again and not deployed since"


def _digests(client: Ecr, repository: ImageRepository, tags: Sequence[str]) -> Iterator[tuple[str, str]]:
    for start in range(0, len(tags), _MOST_TAGS):
        yield from _some(client, repository, tags[start : start + _MOST_TAGS])


def _some(client: Ecr, repository: ImageRepository, tags: Sequence[str]) -> Iterator[tuple[str, str]]:
    try:
        answer = client.describe_images(
            registryId=repository.account,
            repositoryName=repository.name,
            imageIds=[{"imageTag": tag} for tag in tags],
        )
    except Exception as err:
        if not aws.is_botocores(err):
            raise
        if aws.code(err) == "ImageNotFoundException":
            if len(tags) > 1:  # one that is missing spoils the answer for all
                for tag in tags:
                    yield from _some(client, repository, [tag])
            return
        raise UnreadableError(gap_of(err, ACTION)) from err
    for image in answer["imageDetails"]:
        for tag in image.get("imageTags", []):
            yield tag, image["imageDigest"]
