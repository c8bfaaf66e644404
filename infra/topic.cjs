// The topic to which Celery clients publish remote control: revoke, ping and inspect (transport option `supports_fanout`); or one
// that exists.
module.exports = async ({ resolveVariable }) => {
  const parameter = async (name) => String(await resolveVariable(`param:${name}`));
  const name = await parameter('topic');
  const existing = (await parameter('existingTopic')) === 'true';
  const arn = existing
    ? { 'Fn::Sub': `arn:\${AWS::Partition}:sns:\${AWS::Region}:\${AWS::AccountId}:${name}` }
    : { Ref: 'ControlTopic' };
  const key = await parameter('kmsKey');
  const topic = {
    ControlTopic: {
      Type: 'AWS::SNS::Topic',
      Properties: {
        TopicName: name,
        ...(key === '' ? {} : { KmsMasterKeyId: key }),
        // A client calls CreateTopic before it publishes. SNS refuses that if an existing topic has other tags.
        Tags: [
          { Key: 'ManagedBy', Value: 'Celery/Kombu' },
          { Key: 'Description', Value: 'This SNS topic is used by Kombu to enable Fanout support for AWS SQS.' },
        ],
      },
    },
  };
  return {
    resources: { Resources: existing ? {} : topic, Outputs: { ControlTopicArn: { Value: arn } } },
    arn,
  };
};
