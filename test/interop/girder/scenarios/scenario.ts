import type { GirderUnderTest } from '../girderUnderTest.ts';

/** What happens with a real Girder, as a sentence that a test checks. */
export interface Scenario {
  readonly sentence: string;
  /** Rejects if the sentence is wrong. */
  run(girder: GirderUnderTest): Promise<void>;
}
