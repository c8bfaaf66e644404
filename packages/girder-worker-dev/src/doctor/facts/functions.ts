import {
  type EventSourceMappingConfiguration,
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  GetFunctionRecursionConfigCommand,
  InvokeCommand,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import type { FunctionInspection, InspectionEvent } from 'girder-worker/internal/aws';
import { type Answer, andThen, answerOf } from './answer.ts';
import type { Clients } from './clients.ts';
import type { Queue } from './queues.ts';

/** The function that an event source mapping of a queue invokes. */
export interface QueueFunction {
  readonly name: string;
  readonly mapping: EventSourceMappingConfiguration;
  readonly configuration: Answer<FunctionConfiguration>;
  /** `Allow` or `Terminate`. */
  readonly recursiveLoop: Answer<string>;
  readonly inspection: Answer<InspectionAnswer>;
}

/** What the function answered to an InspectionEvent. */
export type InspectionAnswer =
  | { readonly kind: 'inspected'; readonly inspection: FunctionInspection }
  /** Its handler does not know the event. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'failed'; readonly message: string };

type LambdaAccess = Pick<Clients, 'lambda' | 'lambdaEndpoint'>;

/** Reads the functions that consume a queue. */
export function readQueueFunctions(access: LambdaAccess, queue: Answer<Queue>): Promise<Answer<QueueFunction[]>> {
  const { lambda, lambdaEndpoint } = access;
  return andThen(queue, async ({ arn }) => {
    const request = lambda.send(new ListEventSourceMappingsCommand({ EventSourceArn: arn }));
    const mappings = await answerOf('lambda:ListEventSourceMappings', request, lambdaEndpoint);
    return andThen(mappings, async ({ EventSourceMappings }) => {
      if (EventSourceMappings === undefined)
        return { kind: 'unavailable', reason: `${lambdaEndpoint} does not answer lambda:ListEventSourceMappings.` };
      return {
        kind: 'value',
        value: await Promise.all(EventSourceMappings.map((mapping) => readFunction(access, mapping))),
      };
    });
  });
}

async function readFunction(
  { lambda, lambdaEndpoint }: LambdaAccess,
  mapping: EventSourceMappingConfiguration,
): Promise<QueueFunction> {
  const arn = mapping.FunctionArn ?? '';
  const FunctionName = arn.split(':')[6] ?? arn;
  const ask = <T>(action: string, request: Promise<T>) => answerOf(`lambda:${action}`, request, lambdaEndpoint);
  const event: InspectionEvent & { readonly Records: [] } = { inspect: 'function', Records: [] };
  const [configuration, recursion, invocation] = await Promise.all([
    ask('GetFunctionConfiguration', lambda.send(new GetFunctionConfigurationCommand({ FunctionName: arn }))),
    ask('GetFunctionRecursionConfig', lambda.send(new GetFunctionRecursionConfigCommand({ FunctionName }))),
    ask('InvokeFunction', lambda.send(new InvokeCommand({ FunctionName: arn, Payload: JSON.stringify(event) }))),
  ]);
  return {
    name: FunctionName,
    mapping,
    configuration,
    recursiveLoop: await andThen(recursion, async ({ RecursiveLoop = 'Terminate' }) => ({
      kind: 'value',
      value: RecursiveLoop,
    })),
    inspection: await andThen(invocation, async ({ FunctionError, Payload }) => ({
      kind: 'value',
      value: inspectionIn(Payload?.transformToString() ?? 'null', FunctionError !== undefined),
    })),
  };
}

function inspectionIn(payload: string, isError: boolean): InspectionAnswer {
  const answer = JSON.parse(payload) as Partial<FunctionInspection> & { readonly errorMessage?: string };
  if (isError) return { kind: 'failed', message: answer?.errorMessage ?? payload.slice(0, 200) };
  return answer?.tasks ? { kind: 'inspected', inspection: answer as FunctionInspection } : { kind: 'unknown' };
}
