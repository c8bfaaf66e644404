"""Calls AWS, or an emulator, with boto3. Reads a JSON list of calls [service, method, parameters] from its argument, and prints
the list of the answers as JSON.

Environment variables: those of boto3 (AWS_ENDPOINT_URL and the credentials).
"""

import json
import sys

import boto3

calls = json.loads(sys.argv[1])
answers = [
    getattr(boto3.client(service, region_name="us-east-1"), method)(**parameters) for service, method, parameters in calls
]
print(json.dumps(answers, default=str))
