// The KMS key of the parameter `kmsKey`, which encrypts queues, table and topic instead of the keys that AWS owns: rights of the roles on it, and
// the encryption of log groups. The properties of queues, table and topic are in their files.
const { poolsOf } = require('./pools.cjs');

module.exports = async (context) => {
  const parameter = async (name) => String(await context.resolveVariable(`param:${name}`));
  const key = await parameter('kmsKey');
  if (key === '') return {};
  const via = (...services) => services.map((service) => ({ 'Fn::Sub': `${service}.\${AWS::Region}.amazonaws.com` }));
  const statement = (Sid, Action, services) => ({ Sid, Effect: 'Allow', Action, ...targetOf(key, via(...services)) });
  // A consumer of a queue decrypts. A sender gets a data key, and decrypts it where SQS uses it again. DynamoDB decrypts the key of the
  // table with the rights of its caller, for reads and for writes.
  const queuesAndTable = [
    statement('DecryptMessagesAndItems', 'kms:Decrypt', ['sqs', 'dynamodb']),
    statement('EncryptMessages', 'kms:GenerateDataKey', ['sqs']),
  ];
  const Resources = {
    DispatcherKeyPolicy: policy('DispatcherRole', queuesAndTable),
    DeadLettersKeyPolicy: policy('DeadLettersRole', queuesAndTable),
    // Its replies go to queues that clients create, and SNS invokes it without its role.
    ControlKeyPolicy: policy('ControlRole', [statement('DecryptItems', 'kms:Decrypt', ['dynamodb'])]),
  };
  if ((await parameter('encryptLogs')) !== 'true') return { Resources };
  const logGroups = [...(await poolsOf(context)).map(({ id }) => id), 'DeadLetters', 'Control'].map(
    (name) => `${name}LogGroup`,
  );
  const extensions = Object.fromEntries(logGroups.map((id) => [id, { Properties: { KmsKeyId: key } }]));
  return { Resources, extensions };
};

/** IAM knows a key by its own ARN, and not by that of an alias. */
function targetOf(key, services) {
  const [, partition, , region, account, name] = key.split(':');
  if (name.startsWith('key/')) return { Resource: key, Condition: { StringEquals: { 'kms:ViaService': services } } };
  return {
    Resource: `arn:${partition}:kms:${region}:${account}:key/*`,
    Condition: {
      StringEquals: { 'kms:ViaService': services },
      'ForAnyValue:StringEquals': { 'kms:ResourceAliases': name },
    },
  };
}

function policy(role, Statement) {
  return {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: 'key',
      PolicyDocument: { Version: '2012-10-17', Statement },
      Roles: [{ Ref: role }],
    },
  };
}
