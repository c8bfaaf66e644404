import type { Overview } from '../../data.ts';
import { getData, RequestError } from './requests.ts';

/** `live`: events arrive. `waiting`: the connection is being made. `lost`: it failed, and is tried again. `refused`: the token is missing. */
export type ConnectionState = 'waiting' | 'live' | 'lost' | 'refused';

export interface StreamListener {
  overview(overview: Overview): void;
  connection(state: ConnectionState): void;
}

/** Without an event for so long, the connection counts as lost: the server sends one every two seconds, or slower if it is busy. */
const silenceMs = 20_000;

/** The waits before the next attempts to connect; the last one is repeated. */
const retryMs = [500, 1000, 2000, 5000, 10_000];

/** Follows the overview of the last minutes until the function that it returns is called. Connects again if the connection is lost. */
export function followOverview(minutes: number, listener: StreamListener): () => void {
  let source: EventSource | undefined;
  let attempts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  const later = (ms: number, action: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(action, ms);
  };
  const fail = () => {
    source?.close();
    if (isStopped) return;
    listener.connection('lost');
    later(retryMs[Math.min(attempts++, retryMs.length - 1)]!, connect);
    // The stream does not tell why it failed; another request does.
    getData('/data/session').catch((error: unknown) => {
      if (!isStopped && error instanceof RequestError && error.status === 401) listener.connection('refused');
    });
  };
  const connect = () => {
    source = new EventSource(`/data/events?minutes=${minutes}`);
    source.addEventListener('overview', ({ data }: MessageEvent<string>) => {
      attempts = 0;
      later(silenceMs, fail);
      listener.connection('live');
      listener.overview(JSON.parse(data) as Overview);
    });
    source.onerror = fail;
    later(silenceMs, fail);
  };
  listener.connection('waiting');
  connect();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    source?.close();
  };
}
