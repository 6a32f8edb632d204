"""The CI table as a CloudFormation template, with the policy of a sync job: the calls that we make, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from registry_tool.ci.dynamodb.creation import definition
from registry_tool.record.identity import Document, Json

SYNC_ACTIONS = ("BatchGetItem", "DeleteItem", "PutItem", "Scan", "UpdateItem")
"""What `sync`, `register --ci` and `ci report` call. DeleteItem is for --prune alone."""

_TABLE, _POLICY, _ROLE = "CiTable", "SyncPolicy", "SyncRole"


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose jobs get the role: of a `repository` (`owner/name`) at a `host`, on its branch `branch`."""

    host: Literal["github", "gitlab"]
    repository: str
    branch: str = "main"


def template(table: str, tags: Mapping[str, str], *, policy_only: bool = False, trust: Trust | None = None) -> Document:
    """A template that makes the table as `create` does, and a policy for the sync job; with a role, if one is trusted.

    A stack that is deleted leaves the table. `policy_only` leaves it out, because it exists already.
    """
    resources: Document = {} if policy_only else {_TABLE: _table(table, tags)}
    arn: Json = {"Fn::Sub": f"arn:${{AWS::Partition}}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/{table}"}
    arn = arn if policy_only else {"Fn::GetAtt": [_TABLE, "Arn"]}
    outputs: Document = {
        "SyncPolicyArn": {"Description": "Attach it to the job's role", "Value": {"Ref": _POLICY}},
    }
    resources[_POLICY] = _policy(arn)
    if trust:
        resources[_ROLE] = _role(trust)
        outputs["SyncRoleArn"] = {
            "Description": "The role of the job: REGISTRY_AWS_ROLE",
            "Value": {"Fn::GetAtt": [_ROLE, "Arn"]},
        }
    if not policy_only:
        outputs = {"TableArn": {"Value": arn}, **outputs}
    what = "The policy" if policy_only else "The CI table of a registry of model deployments, and the policy"
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"{what} of the job that syncs {'the CI table' if policy_only else 'it'}",
        "Resources": resources,
        "Outputs": outputs,
    }


def _table(table: str, tags: Mapping[str, str]) -> Document:
    return {
        "Type": "AWS::DynamoDB::Table",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            **definition(table, tags),
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        },
    }


def _policy(table: Json) -> Document:
    statement: Document = {
        "Effect": "Allow",
        "Action": [f"dynamodb:{action}" for action in SYNC_ACTIONS],
        "Resource": table,
    }
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "Description": "What registry sync, registry register --ci and registry ci report call",
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        },
    }


def _role(trust: Trust) -> Document:
    """A role that a job takes on with the token of its host, which AWS has to know as an OIDC provider."""
    provider, audience = _PROVIDERS[trust.host]
    subject = {
        "github": f"repo:{trust.repository}:ref:refs/heads/{trust.branch}",
        "gitlab": f"project_path:{trust.repository}:ref_type:branch:ref:{trust.branch}",
    }[trust.host]
    federated = f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:oidc-provider/{provider}"
    statement: Document = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": {"Fn::Sub": federated}},
        "Condition": {"StringEquals": {f"{provider}:aud": audience, f"{provider}:sub": subject}},
    }
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "Description": f"The job that syncs the CI table: {trust.repository} at {trust.host}",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
            "ManagedPolicyArns": [{"Ref": _POLICY}],
        },
    }


_PROVIDERS = {
    "github": ("token.actions.githubusercontent.com", "sts.amazonaws.com"),
    "gitlab": ("gitlab.com", "https://gitlab.com"),
}
