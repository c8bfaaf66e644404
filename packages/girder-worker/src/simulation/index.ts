/** The fault simulator: `import { simulate } from 'girder-worker/testing/simulation'`. */
export { defaultFaults, type FaultCounts, type FaultName, type Faults, noFaults } from './faultKinds.ts';
export type { Invariant, Violation } from './invariants.ts';
export { type SimulationOptions, type SimulationReport, simulate } from './simulate.ts';
