// The functions of the parameter `pools`: copies of `dispatcher` in serverless.yml, so that what is added there holds for all. Not part of
// infra/pools.cjs, on which the definition of the dispatcher depends.
const { capitalized, definitionOf, poolsOf } = require('./pools.cjs');
const { presetOf } = require('./presets.cjs');

module.exports = async (context) => {
  const [, ...pools] = await poolsOf(context);
  if (pools.length === 0) return {};
  // The functions of serverless.yml are a list, whose first item has the dispatcher.
  const dispatcher = await context.resolveConfigurationProperty(['functions', '0', 'dispatcher']);
  if (dispatcher === undefined)
    throw new Error(
      'The parameter "pools" needs the function "dispatcher" in the first item of "functions" in serverless.yml.',
    );
  return Object.fromEntries(
    pools.map((pool) => [
      `dispatcher${capitalized(pool.name)}`,
      {
        ...dispatcher,
        ...definitionOf(pool),
        name: `${dispatcher.name.replace(/-long$/, '')}-${pool.name}${presetOf(pool.preset).nameSuffix}`,
        description: `Runs the Celery tasks of the queues ${pool.queues}`.slice(0, 256), // Lambda's limit
        ephemeralStorageSize: pool.ephemeralStorageMb,
        environment: {
          ...dispatcher.environment,
          // `inspect active` shows the tasks of one node: the function `control` answers for that of the dispatcher.
          // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax
          GIRDER_WORKER_NODE_NAME: { 'Fn::Sub': 'girder-worker@${DispatcherLambdaFunction}' },
        },
      },
    ]),
  );
};
