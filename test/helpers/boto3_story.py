"""A user's script with boto3 against the sandbox: clients, the resource layer, paginators, waiters, typed exceptions.

Prints one JSON object of what it saw; the test compares.
"""

import json

import boto3
from botocore.exceptions import ClientError

seen = {}

ec2 = boto3.resource("ec2")
vpc = ec2.create_vpc(CidrBlock="10.3.0.0/16")
vpc.create_tags(Tags=[{"Key": "Name", "Value": "boto"}])
subnets = [
    vpc.create_subnet(CidrBlock=f"10.3.{i}.0/24", AvailabilityZone=f"eu-central-1{'ab'[i % 2]}") for i in range(7)
]
client = boto3.client("ec2")
pages = list(
    client.get_paginator("describe_subnets").paginate(
        Filters=[{"Name": "vpc-id", "Values": [vpc.id]}], PaginationConfig={"PageSize": 5}
    )
)
seen["subnetPages"] = [len(page["Subnets"]) for page in pages]
seen["freeAddresses"] = sorted({subnet.available_ip_address_count for subnet in vpc.subnets.all()})

try:
    client.create_subnet(VpcId=vpc.id, CidrBlock="10.3.0.0/25")
except ClientError as error:
    seen["conflict"] = error.response["Error"]["Code"]

iam = boto3.client("iam")
trust = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
role = iam.create_role(RoleName="boto", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
seen["trust"] = iam.get_role(RoleName="boto")["Role"]["AssumeRolePolicyDocument"] == trust
try:
    iam.get_role(RoleName="nobody")
except iam.exceptions.NoSuchEntityException as error:
    seen["noSuchEntity"] = error.response["ResponseMetadata"]["HTTPStatusCode"]

eks = boto3.client("eks")
eks.create_cluster(
    name="boto",
    roleArn=role["Arn"],
    resourcesVpcConfig={"subnetIds": [subnet.id for subnet in subnets[:2]]},
)
eks.get_waiter("cluster_active").wait(name="boto")
cluster = eks.describe_cluster(name="boto")["cluster"]
seen["cluster"] = [cluster["status"], cluster["createdAt"].tzinfo is not None, "endpoint" in cluster]
try:
    eks.describe_cluster(name="ghost")
except eks.exceptions.ResourceNotFoundException as error:
    seen["gone"] = error.response["Error"]["Message"]

s3 = boto3.resource("s3")
bucket = s3.create_bucket(Bucket="boto-harbour", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
bucket.put_object(Key="depth", Body=b"12m")
seen["object"] = bucket.Object("depth").get()["Body"].read().decode()

events = boto3.client("cloudtrail").lookup_events(
    LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateCluster"}]
)["Events"]
seen["trail"] = [event["EventName"] for event in events]

print(json.dumps(seen))
