// Checks the parameters of serverless.yml before anything is packaged, and reports all faults together. CloudFormation would find most
// of them only after it has created half of a stack. Adds no resources.
const { parsePools, poolsOf, settingsOfPools } = require('./pools.cjs');
const { presets } = require('./presets.cjs');
const { parseTags } = require('./tags.cjs');

const wholeNumber = (min, max, reason) => (text) =>
  /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max
    ? undefined
    : `a whole number from ${min} to ${max}${reason ? ` (${reason})` : ''}`;
const optional = (check) => (text) => {
  const expected = text === '' ? undefined : check(text);
  return expected && `${expected}, or empty`;
};
const oneOf =
  (...values) =>
  (text) =>
    values.includes(text) ? undefined : `one of ${values.join(', ')}`;

// The periods that CloudWatch Logs knows.
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** The checks of what managed instances limit otherwise. */
const checksOf = (preset) =>
  preset === 'long'
    ? {
        ...checks,
        timeoutSeconds: wholeNumber(1, 5400, 'the limit of Lambda Managed Instances for messages of SQS'),
        memoryMb: wholeNumber(2048, 32_768, 'the limits of Lambda Managed Instances'),
        capacityProvider: (text) =>
          capacityProvider.test(text) ? undefined : 'the ARN of a capacity provider, which the preset "long" needs',
      }
    : checks;

const capacityProvider = /^arn:[\w-]+:lambda:[\w-]+:\d{12}:capacity-provider:[\w-]+$/;

const checks = {
  preset: oneOf(...Object.keys(presets)),
  capacityProvider: (text) =>
    text === '' || capacityProvider.test(text) ? undefined : 'the ARN of a capacity provider of Lambda, or empty',
  pools: (_, parameter) => parsePools(parameter).fault,
  timeoutSeconds: wholeNumber(
    1,
    900,
    'the limit of functions that Lambda scales by itself; the preset "long" has 5400',
  ),
  memoryMb: wholeNumber(128, 10240, "Lambda's limits"),
  architecture: oneOf('x86_64', 'arm64'),
  maxConcurrency: wholeNumber(2, 1000, 'the limits of an SQS mapping'),
  // More than 10 need a batching window, for which each task would wait.
  batchSize: wholeNumber(1, 10, 'larger batches need a window, for which tasks would wait'),
  // SQS allows 1000, and the queue of undelivered messages has 100 more.
  maxReceiveCount: wholeNumber(7, 900, 'a message that returns for the sixth time is sent again, with a new count'),
  fifoMaxReceiveCount: wholeNumber(7, 900, 'the queue of undelivered messages allows 100 more, and SQS 1000'),
  deadLetterTimeoutSeconds: wholeNumber(1, 900, 'the limit of functions that Lambda scales by itself'),
  logRetentionDays: oneOf(...retentionDays.map(String)),
  ephemeralStorageMb: wholeNumber(512, 10240, "Lambda's limits"),
  pointInTimeRecovery: oneOf('true', 'false'),
  warmReadUnits: optional(wholeNumber(12_000, 1_000_000, 'a new table has 12000, and AWS lowers no warm throughput')),
  warmWriteUnits: optional(wholeNumber(4000, 1_000_000, 'a new table has 4000, and AWS lowers no warm throughput')),
  historyDays: wholeNumber(0, 3650, '0 keeps no history'),
  metrics: oneOf('on', 'off'),
  traces: oneOf('on', 'off'),
  existingQueues: oneOf('true', 'false'),
  existingTopic: oneOf('true', 'false'),
  existingTable: oneOf('true', 'false'),
  // AWS's own keys, such as alias/aws/sqs, are for one service each.
  kmsKey: (text) =>
    text === '' || /^arn:[\w-]+:kms:[\w-]+:\d{12}:(key\/[\w-]+|alias\/(?!aws\/)[\w/-]+)$/.test(text)
      ? undefined
      : 'the ARN of a KMS key of your account, or of an alias of it, such as arn:aws:kms:us-east-1:123456789012:alias/celery',
  encryptLogs: oneOf('true', 'false'),
  tags: (_, parameter) => parseTags(parameter).fault,
  table: (text) =>
    /^[\w.-]{3,255}$/.test(text) ? undefined : 'a name of 3 to 255 letters, digits, dots, hyphens and underscores',
  topic: (text) =>
    /^[\w-]{1,256}$/.test(text) ? undefined : 'a name of at most 256 letters, digits, hyphens and underscores',
};

module.exports = async (context) => {
  const { resolveVariable } = context;
  const faults = [];
  const preset = String(await resolveVariable('param:preset'));
  for (const [name, check] of Object.entries(checksOf(preset))) {
    const parameter = await resolveVariable(`param:${name}`);
    const text = typeof parameter === 'object' ? JSON.stringify(parameter) : String(parameter);
    const expected = check(text, parameter);
    if (expected !== undefined) faults.push(`The parameter "${name}" must be ${expected}, got "${text}"`);
  }
  faults.push(...(await faultsOfPools(context)));
  const key = String(await resolveVariable('param:kmsKey'));
  if (String(await resolveVariable('param:encryptLogs')) === 'true' && !key.includes(':key/'))
    faults.push(
      `The parameter "encryptLogs" needs the ARN of a key in the parameter "kmsKey", as CloudWatch Logs knows no aliases, got "${key}"`,
    );
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return {};
};

module.exports.checks = checks;

/** Checks what each pool has, also as a default. */
async function faultsOfPools(context) {
  const { pools } = parsePools(await context.resolveVariable('param:pools'));
  const unknown = Object.entries(pools).flatMap(([pool, own]) =>
    Object.keys(own)
      .filter((setting) => !settingsOfPools.includes(setting))
      .map(
        (setting) =>
          `The pool "${pool}" has no setting "${setting}": those of a pool are ${settingsOfPools.join(', ')}`,
      ),
  );
  const [, ...further] = await poolsOf(context);
  const invalid = further.flatMap(({ name, id, ...settings }) =>
    Object.entries(settings).flatMap(([setting, value]) => {
      const expected =
        setting === 'queues'
          ? value.trim() === '' && 'names of queues, separated by commas'
          : checksOf(settings.preset)[setting](String(value));
      return expected ? [`The setting "${setting}" of the pool "${name}" must be ${expected}, got "${value}"`] : [];
    }),
  );
  return [...unknown, ...invalid];
}
