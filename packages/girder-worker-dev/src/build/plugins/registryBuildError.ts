import type { Fault } from './faults.ts';
import { describeFault } from './faultText.ts';

/** The registry cannot be built. The message lists all faults of all plugins, numbered and with their codes. */
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
