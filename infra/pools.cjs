// The functions that run tasks: the dispatcher, and one for each entry of the parameter `pools`. Each receives the tasks of its own queues, with its
// own memory and timeout. infra/pool-functions.cjs has the definitions of the further ones.
const { presetOf } = require('./presets.cjs');

/** The settings of a pool whose defaults are the parameters of these names, or those of its own preset. */
const numbers = ['timeoutSeconds', 'memoryMb', 'maxConcurrency', 'batchSize', 'ephemeralStorageMb'];
const settingsOfPools = ['queues', 'preset', 'capacityProvider', ...numbers];

module.exports = async (context) => {
  const pools = await poolsOf(context);
  const [dispatcher] = pools;
  const managed = pools.filter(({ preset }) => preset === 'long');
  const extensions = managed.map((pool) => [`${pool.id}LambdaFunction`, { Properties: managedProperties(pool) }]);
  return {
    pools,
    dispatcher: definitionOf(dispatcher),
    celeryQueues: pools.map(({ queues }) => queues).join(','),
    logGroupArns: pools.map(({ id }) => ({ 'Fn::GetAtt': [`${id}LogGroup`, 'Arn'] })),
    resources: { extensions: Object.fromEntries(extensions) },
  };
};
module.exports.poolsOf = poolsOf;
module.exports.definitionOf = definitionOf;
module.exports.capitalized = capitalized;
module.exports.parsePools = parsePools;
module.exports.settingsOfPools = settingsOfPools;

/** Resolves to the settings of the dispatcher, and of each further pool. infra/settings.cjs reports those that are invalid. */
async function poolsOf({ resolveVariable }) {
  const names = ['queues', 'preset', 'capacityProvider', ...numbers];
  const values = await Promise.all(names.map((name) => resolveVariable(`param:${name}`)));
  const parameters = Object.fromEntries(names.map((name, index) => [name, String(values[index])]));
  const { pools } = parsePools(await resolveVariable('param:pools'));
  const further = Object.entries(pools).map(([name, own]) => {
    const defaults = own.preset === undefined ? parameters : { ...parameters, ...presetOf(own.preset) };
    return poolOf(name, { ...defaults, ...own, queues: own.queues ?? '' });
  });
  return [poolOf('', parameters), ...further];
}

function poolOf(name, { queues, preset, capacityProvider, ...settings }) {
  return {
    name,
    // The name in the names of its resources.
    id: `Dispatcher${capitalized(name)}`,
    queues: String(queues),
    preset: String(preset),
    capacityProvider: String(capacityProvider),
    ...Object.fromEntries(numbers.map((setting) => [setting, Number(settings[setting])])),
  };
}

/** Reads the pools from an object of serverless.yml, or from JSON on the command line. `fault` is what the parameter must be. */
function parsePools(parameter) {
  const fault =
    'an object with the settings of each further function by its name, such as {"heavy": {"queues": "renders", "memoryMb": 10240}}; names begin with a letter, and have at most 20 letters and digits';
  let pools = parameter;
  if (typeof parameter === 'string') {
    try {
      pools = parameter === '' ? {} : JSON.parse(parameter);
    } catch {
      return { pools: {}, fault };
    }
  }
  const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const valid =
    isObject(pools) &&
    Object.entries(pools).every(([name, own]) => /^[a-z][a-z\d]{0,19}$/i.test(name) && isObject(own));
  const ids = valid ? Object.keys(pools).map(capitalized) : [];
  return valid && new Set(ids).size === ids.length ? { pools } : { pools: {}, fault };
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

function capitalized(name) {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
