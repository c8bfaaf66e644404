// The functions that run tasks, each with the queues from which it receives them, and what osls does not know about them.
module.exports = async (context) => {
  const pools = await poolsOf(context);
  const [dispatcher] = pools;
  const managed = pools.filter(({ preset }) => preset === 'long');
  const extensions = managed.map((pool) => [`${pool.id}LambdaFunction`, { Properties: managedProperties(pool) }]);
  return {
    pools,
    dispatcher: definitionOf(dispatcher),
    resources: { extensions: Object.fromEntries(extensions) },
  };
};

async function poolsOf({ resolveVariable }) {
  const parameter = async (name) => String(await resolveVariable(`param:${name}`));
  const number = async (name) => Number(await parameter(name));
  const dispatcher = {
    // The name in the names of its resources.
    id: 'Dispatcher',
    queues: await parameter('queues'),
    preset: await parameter('preset'),
    timeoutSeconds: await number('timeoutSeconds'),
    memoryMb: await number('memoryMb'),
    maxConcurrency: await number('maxConcurrency'),
    batchSize: await number('batchSize'),
    capacityProvider: await parameter('capacityProvider'),
  };
  return [dispatcher];
}

/** What serverless.yml says of the function. osls accepts the limits of functions that Lambda scales by itself only. */
function definitionOf({ timeoutSeconds, memoryMb }) {
  return { timeout: Math.min(900, timeoutSeconds), memorySize: Math.min(10_240, memoryMb) };
}

/** The properties of a function on Lambda Managed Instances, which osls does not know. */
function managedProperties({ queues, timeoutSeconds, memoryMb, maxConcurrency, capacityProvider }) {
  return {
    Timeout: timeoutSeconds,
    MemorySize: memoryMb,
    CapacityProviderConfig: {
      LambdaManagedInstancesCapacityProviderConfig: {
        CapacityProviderArn: capacityProvider,
        // The dispatcher has threads of its own for the tasks of a batch, and stops an invocation's tasks at its deadline.
        PerExecutionEnvironmentMaxConcurrency: 1,
        ExecutionEnvironmentMemoryGiBPerVCpu: 2,
      },
    },
    // One for each invocation that the mappings may start.
    FunctionScalingConfig: { MaxExecutionEnvironments: Math.max(3, queues.split(',').length * maxConcurrency) },
  };
}
