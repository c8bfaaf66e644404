import type { GirderUnderTest } from './girderUnderTest.ts';
import type { RecordingProxy } from './recordingProxy.ts';

/** A way in which the Girder of a job does not answer as it should. */
export interface GirderFault {
  /** Continues "a task succeeds although Girder". */
  readonly name: string;
  /** Injects the fault before the job is sent. */
  readonly before?: (proxy: RecordingProxy) => Promise<void> | void;
  /** Injects the fault when the job runs. The task then runs for some seconds. */
  readonly during?: (proxy: RecordingProxy) => Promise<void> | void;
  /** The status at which the job stays: 3 if the worker reaches Girder in the end. */
  readonly jobStatus: number;
}

const all = () => true;

export const girderFaults: readonly GirderFault[] = [
  { name: 'refuses connections', before: (proxy) => proxy.refuseConnections(), jobStatus: 0 },
  {
    name: 'closes each connection without an answer',
    before: (proxy) => void proxy.inject({ matches: all, fault: { kind: 'reset' } }),
    jobStatus: 0,
  },
  {
    name: 'answers each call with 500',
    before: (proxy) => void proxy.inject({ matches: all, fault: { kind: 'status', status: 500 } }),
    jobStatus: 0,
  },
  {
    name: 'refuses the token with 401',
    before: (proxy) => void proxy.inject({ matches: all, fault: { kind: 'status', status: 401 } }),
    jobStatus: 0,
  },
  {
    name: 'answers each call with a page in HTML',
    before: (proxy) => void proxy.inject({ matches: all, fault: { kind: 'html' } }),
    jobStatus: 0,
  },
  {
    name: 'closes the connection in the middle of each answer',
    before: (proxy) => void proxy.inject({ matches: all, fault: { kind: 'drop' } }),
    jobStatus: 3,
  },
  {
    name: 'closes the first connection without an answer, and its job succeeds',
    before: (proxy) => void proxy.inject({ matches: all, fault: { kind: 'reset' }, times: 1 }),
    jobStatus: 3,
  },
  {
    name: 'answers each call after 1.5 s, and its job succeeds',
    before: (proxy) => void proxy.inject({ matches: all, fault: { kind: 'delay', delayMs: 1500 } }),
    jobStatus: 3,
  },
  {
    name: 'refuses connections from the start of the run on',
    during: (proxy) => proxy.refuseConnections(),
    jobStatus: 2,
  },
  {
    name: 'answers with 500 from the start of the run on',
    during: (proxy) => void proxy.inject({ matches: all, fault: { kind: 'status', status: 500 } }),
    jobStatus: 2,
  },
];

/** The proxy that a scenario uses alone. */
export function proxyFor(girder: GirderUnderTest, fault: GirderFault): RecordingProxy {
  const proxy = girder.faultyProxies.get(fault.name);
  if (!proxy) throw new Error(`There is no proxy for "${fault.name}".`);
  return proxy;
}
