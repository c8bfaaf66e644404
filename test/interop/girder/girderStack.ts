import { GetQueueUrlCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { localSqsClient } from '../../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { celeryUrls } from '../../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { createTemporaryFolder } from '../../support/deployment.ts';
import { type Stack, startStack } from '../../support/stack.ts';
import { waitFor } from '../../support/waitFor.ts';
import { createQueues, serveQueues } from '../queues.ts';
import { girderFaults } from './faults.ts';
import { type GirderVersion, girderInstallation, girderVersions } from './girderInstallation.ts';
import { startGirder } from './girderServer.ts';
import { type GirderProxies, GirderUnderTest, type UnservedQueues } from './girderUnderTest.ts';
import { RecordingProxy } from './recordingProxy.ts';

/** One dispatcher with the plugin `girdertasks`, and a Girder of each version that sends to it. */
export interface GirderStack {
  readonly stack: Stack;
  readonly girders: ReadonlyMap<GirderVersion, GirderUnderTest>;
  stop(): Promise<void>;
}

/** Proxies start before Girder, because the worker's environment names their URLs. Nothing listens at this target. */
const noTarget = 'http://127.0.0.1:1/api/v1';

/** Starts everything at the same time. Rejects, with nothing left running, if a part does not start. */
export async function startGirderStack(): Promise<GirderStack> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const stopPart of stops.toReversed()) await stopPart();
  };
  try {
    const started: RecordingProxy[] = [];
    stops.push(async () => {
      await Promise.all(started.map((proxy) => proxy.stop()));
    });
    const startProxy = async () => {
      const proxy = await RecordingProxy.start(noTarget);
      started.push(proxy);
      return proxy;
    };
    const proxies = new Map<GirderVersion, GirderProxies>();
    for (const version of girderVersions) {
      const faulty = new Map<string, RecordingProxy>();
      for (const { name } of girderFaults) faulty.set(name, await startProxy());
      proxies.set(version, { main: await startProxy(), faulty, unlisted: await startProxy() });
    }
    const listed = [...proxies.values()].flatMap(({ main, faulty }) => [main, ...faulty.values()]);
    const temporary = createTemporaryFolder(); // Tasks leave files behind.
    stops.push(async () => temporary[Symbol.dispose]());
    const variables = {
      GIRDER_WORKER_API_URL: listed.map(({ url }) => url).join(','),
      TMPDIR: temporary.root,
      GIRDER_WORKER_RUN_MODES: 'javascript',
    };

    // One after the other: two sets of packages at the same time are not installed faster.
    for (const version of girderVersions) await girderInstallation(version);
    const stack = await startStack({ plugins: ['girdertasks', 'girder-worker-tasks'], concurrency: 3, env: variables });
    stops.push(() => stack.stop());
    const sqs = localSqsClient(stack.emulators.sqsEndpoint);
    stops.push(async () => sqs.destroy());
    const queues = unservedQueues(stack, sqs, variables, stops);

    const results = await Promise.allSettled(
      girderVersions.map(async (version) => {
        const own = proxies.get(version)!;
        const server = await startGirder({ version, ...celeryUrls(stack.emulators, 'celery'), env: awsOf(stack.env) });
        stops.push(() => server.stop());
        for (const proxy of [own.main, own.unlisted, ...own.faulty.values()]) proxy.forwardTo(server.apiUrl);
        await server.api.setApiUrl(own.main.url);
        return [version, new GirderUnderTest(server, own, queues)] as const;
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return { stack, girders: new Map(results.flatMap((result) => ('value' in result ? [result.value] : []))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The variables of AWS, without the endpoints: those are in the URLs of broker and backend. */
function awsOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION } = env;
  return { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_DEFAULT_REGION: AWS_REGION };
}

function unservedQueues(
  stack: Stack,
  sqs: SQSClient,
  variables: NodeJS.ProcessEnv,
  stops: (() => Promise<void>)[],
): UnservedQueues {
  return {
    async create(purpose) {
      const name = `girder-${purpose.replaceAll(/[^a-z0-9]+/gi, '-')}`;
      await createQueues(sqs, [name]);
      return name;
    },
    async read(name) {
      const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
      return waitFor(
        async () => {
          const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0 }));
          return received.Messages?.[0]?.Body;
        },
        () => `there is no message in the queue ${name}`,
      );
    },
    async serve(name) {
      const served = await serveQueues(stack, [name], variables);
      stops.push(() => served.stop());
    },
  };
}
