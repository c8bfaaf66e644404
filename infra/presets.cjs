// The defaults of parameters for each value of the parameter `preset`.
//
// idle:  costs nothing while no task arrives.
// burst: starts many tasks at once. Pollers of each queue always run, which AWS charges for by the hour, and the table is warm.
// long:  runs tasks of up to 90 minutes on instances of EC2 that Lambda manages, of which some always run.
const idle = {
  maxConcurrency: 20,
  timeoutSeconds: 300,
  memoryMb: 1769,
  warmReadUnits: '',
  warmWriteUnits: '',
  nameSuffix: '',
};
const presets = {
  idle,
  // Twice what a new table takes: 4000 short tasks a second.
  burst: { ...idle, maxConcurrency: 200, warmReadUnits: 24_000, warmWriteUnits: 8000 },
  // Managed instances have at least 2 GB. Lambda cannot move an existing function to them: one with another name replaces it.
  long: { ...idle, timeoutSeconds: 5400, memoryMb: 4096, nameSuffix: '-long' },
};

module.exports = async ({ resolveVariable }) => presetOf(String(await resolveVariable('param:preset')));
module.exports.presets = presets;
module.exports.presetOf = presetOf;

/** infra/settings.cjs reports an unknown preset. */
function presetOf(name) {
  return Object.hasOwn(presets, name) ? presets[name] : idle;
}
