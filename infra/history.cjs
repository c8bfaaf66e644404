// The table of the history, which `girder-worker dashboard` shows: the functions that run tasks record the runs of each invocation there, in one
// write. With the parameter historyDays=0 there is none.
module.exports = async ({ resolveVariable }) => {
  const parameter = async (name) => String(await resolveVariable(`param:${name}`));
  if ((await parameter('historyDays')) === '0') return { resources: {}, table: '' };
  const key = await parameter('kmsKey');
  const Resources = {
    HistoryTable: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: `${await parameter('table')}-history`,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'shard', AttributeType: 'S' },
          { AttributeName: 'at', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'shard', KeyType: 'HASH' },
          { AttributeName: 'at', KeyType: 'RANGE' },
        ],
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        ...(key === '' ? {} : { SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: key } }),
      },
    },
    HistoryPolicy: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: 'history',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'RecordRuns',
              Effect: 'Allow',
              Action: 'dynamodb:PutItem',
              Resource: { 'Fn::GetAtt': ['HistoryTable', 'Arn'] },
            },
          ],
        },
        Roles: [{ Ref: 'DispatcherRole' }, { Ref: 'DeadLettersRole' }],
      },
    },
  };
  return {
    resources: { Resources, Outputs: { HistoryTableName: { Value: { Ref: 'HistoryTable' } } } },
    table: { Ref: 'HistoryTable' },
  };
};
