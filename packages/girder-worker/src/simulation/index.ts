/** The fault simulator: `import { simulate } from 'girder-worker/testing/simulation'`. */
export type { FaultCounts, Faults } from './network.ts';
export type { Invariant, Violation } from './observer.ts';
export { type SimulationOptions, type SimulationReport, simulate } from './simulate.ts';
