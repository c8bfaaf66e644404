// The table of Celery's DynamoDB result backend, with the key and the TTL attribute with which Python clients create it; or one that exists.
module.exports = async ({ resolveVariable }) => {
  const parameter = async (name) => String(await resolveVariable(`param:${name}`));
  const name = await parameter('table');
  if ((await parameter('existingTable')) === 'true') {
    return {
      resources: {},
      arn: { 'Fn::Sub': `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${name}` },
      backend: { 'Fn::Sub': `dynamodb://@\${AWS::Region}/${name}` },
    };
  }
  const key = await parameter('kmsKey');
  const [read, write] = [await parameter('warmReadUnits'), await parameter('warmWriteUnits')];
  const warm = {
    ...(read === '' ? {} : { ReadUnitsPerSecond: Number(read) }),
    ...(write === '' ? {} : { WriteUnitsPerSecond: Number(write) }),
  };
  return {
    resources: {
      Resources: {
        ResultTable: {
          Type: 'AWS::DynamoDB::Table',
          Properties: {
            TableName: name,
            BillingMode: 'PAY_PER_REQUEST',
            AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
            KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
            TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
            PointInTimeRecoverySpecification: {
              PointInTimeRecoveryEnabled: (await parameter('pointInTimeRecovery')) === 'true',
            },
            ...(Object.keys(warm).length === 0 ? {} : { WarmThroughput: warm }),
            ...(key === '' ? {} : { SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: key } }),
          },
        },
      },
      Outputs: { ResultTableName: { Value: { Ref: 'ResultTable' } } },
    },
    arn: { 'Fn::GetAtt': ['ResultTable', 'Arn'] },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax
    backend: { 'Fn::Sub': 'dynamodb://@${AWS::Region}/${ResultTable}' },
  };
};
