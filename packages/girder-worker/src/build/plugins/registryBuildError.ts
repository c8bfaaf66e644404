import type { Fault } from './faults.ts';
import { describeFault } from './faultText.ts';

/** Why there is no registry: every fault of every plugin, all at once, so that they can be mended in one go. */
export class RegistryBuildError extends Error {
  override readonly name = 'RegistryBuildError';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    const list = faults.map((fault, index) => `${index + 1}. [${fault.code}] ${describeFault(fault)}`);
    super(
      `The registry cannot be built: ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}.\n${list.join('\n')}`,
    );
    this.faults = faults;
  }
}
