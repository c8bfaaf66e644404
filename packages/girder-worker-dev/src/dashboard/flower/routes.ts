import { exceptionRepr, pythonRepr, type StoredResult, stringifyPythonJson } from 'girder-worker/internal/operations';
import { type Context, Hono } from 'hono';
import { FlowerError } from './flowerError.ts';
import { JsonText, writeFlowerJson } from './flowerJson.ts';
import { type FlowerSource, finalStates } from './flowerSource.ts';
import { booleanIn, secondsIn, sendIn, taskFilterIn, textIn } from './requests.ts';
import { SearchError, type SearchQuery } from './searchQuery.ts';
import { filterTasks } from './taskFilter.ts';

/** How long `POST /api/task/apply/NAME` waits for a result if the client does not limit it. */
const maxWaitMs = 15 * 60_000;

/** Returns the routes of Flower's REST API, without `/api`, for scripts that use it. docs/flower.md compares them with Flower's. */
export function flowerRoutes(source: FlowerSource): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    if (error instanceof SearchError) return answer(context, { error: error.message }, 400);
    if (error instanceof FlowerError) return context.text(error.message, error.status);
    return context.text(`Broker or result backend unavailable: ${error.message}`, 503);
  });

  app.get('/workers', async (context) => {
    const withTasks = booleanIn(context, 'refresh');
    const isStatus = booleanIn(context, 'status');
    const name = textIn(context, 'workername');
    const names = await source.workerNames();
    // A function has no process that could be gone: it starts when a message arrives.
    if (isStatus) return answer(context, new Map(names.map((worker) => [worker, true])));
    if (name && !names.includes(name)) throw new FlowerError(404, `Unknown worker '${name}'`);
    const infoOf = async (worker: string) =>
      [worker, await source.worker(worker, withTasks && name !== undefined)] as const;
    return answer(context, new Map(await Promise.all((name ? [name] : names).map(infoOf))));
  });

  app.get('/tasks', async (context) => {
    const filter = taskFilterIn(context);
    if (hasField(filter.search, 'result'))
      throw new SearchError('The history has no results to search: search for another field');
    const tasks = await source.withResults(filterTasks(await source.tasks(), filter));
    return answer(context, new Map(tasks.map((task) => [task.uuid, { ...task, worker: task.worker ?? undefined }])));
  });
  app.get('/task/types', async (context) => answer(context, { 'task-types': await source.taskNames() }));
  app.get('/task/info/:id{.+}', async (context) => {
    const id = context.req.param('id');
    const task = await source.task(id);
    if (task === undefined) throw new FlowerError(404, `Unknown task '${id}'`);
    return answer(context, task);
  });
  app.get('/task/result/:id{.+}', async (context) => {
    const id = context.req.param('id');
    const waitMs = secondsIn(context, 'timeout') ?? 0;
    return answer(context, resultOf(id, await source.result(id, waitMs, context.req.raw.signal)));
  });
  app.get('/queues/length', async (context) => answer(context, { active_queues: await source.queueLengths() }));

  app.post('*', async (_, next) => {
    if (!source.hasActions)
      throw new FlowerError(403, 'Read only mode is enabled: start `girder-worker dashboard --actions`.');
    return next();
  });
  app.post('/task/revoke/:id{.+}', async (context) => {
    const id = context.req.param('id');
    await source.revoke(id, booleanIn(context, 'terminate'));
    return answer(context, { message: `Revoked '${id}'` });
  });
  app.post('/task/abort/:id{.+}', async (context) => {
    const id = context.req.param('id');
    await source.revoke(id, false);
    return answer(context, { message: `Aborted '${id}'` });
  });
  for (const kind of ['async-apply', 'send-task'])
    app.post(`/task/${kind}/:name{.+}`, async (context) => {
      const { args, kwargs, options } = await sendIn(context);
      const id = await source.send(context.req.param('name'), args, kwargs, options);
      const stored = await source.result(id, 0, context.req.raw.signal);
      return answer(context, { 'task-id': id, state: stored?.state ?? 'PENDING' });
    });
  app.post('/task/apply/:name{.+}', async (context) => {
    const { args, kwargs, options, waitMs = maxWaitMs } = await sendIn(context);
    const id = await source.send(context.req.param('name'), args, kwargs, options);
    return answer(context, resultOf(id, await source.result(id, waitMs, context.req.raw.signal)));
  });

  app.all('*', (context) => {
    throw new FlowerError(
      404,
      `There is no ${context.req.method} ${context.req.path}: docs/flower.md lists the routes.`,
    );
  });
  return app;
}

/** The result of a task that has ended, or its state alone. The caller asks for the value, so that it is not redacted. */
function resultOf(id: string, stored: StoredResult | undefined) {
  const { state = 'PENDING', result, exception, traceback } = stored ?? {};
  if (!finalStates.includes(state)) return { 'task-id': id, state };
  const value = exception ? exceptionRepr(exception) : new JsonText(jsonOf(result));
  return { 'task-id': id, state, result: value, ...(state === 'FAILURE' && { traceback }) };
}

/** As Flower: a value that is no JSON without Kombu's tags, such as a datetime, is told as its repr. */
function jsonOf(result: unknown): string {
  const text = stringifyPythonJson(result);
  return text.includes('"__type__"') ? JSON.stringify(pythonRepr(result)) : text;
}

function hasField(query: SearchQuery, field: string): boolean {
  if (query.kind === 'term') return query.field === field;
  return query.kind !== 'all' && query.children.some((child) => hasField(child, field));
}

function answer(context: Context, value: unknown, status: 200 | 400 = 200): Response {
  return context.body(writeFlowerJson(value), status, { 'Content-Type': 'application/json; charset=UTF-8' });
}
