"""The CI table as a CloudFormation template, with the policy of a sync job: the calls that we make, and no others."""

from __future__ import annotations

from collections.abc import Mapping

from registry_tool.ci.dynamodb.creation import definition
from registry_tool.record.identity import Document

SYNC_ACTIONS = ("BatchGetItem", "DeleteItem", "PutItem", "Scan", "UpdateItem")
"""What `sync`, `register --ci` and `ci report` call. DeleteItem is for --prune alone."""

_TABLE, _POLICY = "CiTable", "SyncPolicy"


def template(table: str, tags: Mapping[str, str]) -> Document:
    """A template that makes the table as `create` does, and a policy to attach to the role of the sync job.

    A stack that is deleted leaves the table.
    """
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The CI table of a registry of model deployments, and the policy of the job that syncs it",
        "Resources": {
            _TABLE: {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": {
                    **definition(table, tags),
                    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                },
            },
            _POLICY: {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {
                    "Description": "What registry sync, registry register --ci and registry ci report call",
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Action": [f"dynamodb:{action}" for action in SYNC_ACTIONS],
                                "Resource": {"Fn::GetAtt": [_TABLE, "Arn"]},
                            }
                        ],
                    },
                },
            },
        },
        "Outputs": {
            "TableArn": {"Value": {"Fn::GetAtt": [_TABLE, "Arn"]}},
            "SyncPolicyArn": {"Description": "Attach it to the job's role", "Value": {"Ref": _POLICY}},
        },
    }
