import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { streamSSE } from 'hono/streaming';
import type { Fault, Session } from '../data.ts';
import { createFlowerSource } from '../flower/flowerSource.ts';
import { flowerRoutes } from '../flower/routes.ts';
import { createDashboardMetrics } from '../metrics/dashboardMetrics.ts';
import { contentSecurityPolicy, type PageAssets } from '../pageAssets.ts';
import { type AccessOptions, restrictAccess } from './access.ts';
import { forget, revoke, send } from './actions.ts';
import { actOnDeadLetters, deadLettersOf } from './deadLetters.ts';
import { DashboardError } from './fault.ts';
import { orphansOf } from './orphans.ts';
import { overviewOf } from './overview.ts';
import { createQueueFigures } from './queueFigures.ts';
import { deadLetterActionIn, forgetIn, minutesIn, revokeIn, sendIn, taskSearchIn } from './requests.ts';
import { searchTasks } from './searchTasks.ts';
import type { DashboardStack } from './stack.ts';
import { taskDetail } from './taskDetail.ts';

/** Between two events `overview`, in ms. */
const eventPeriodMs = 2000;

/** The largest body of an action: a message of SQS has at most a megabyte. */
const maxBodyBytes = 1024 * 1024;

export interface RoutesOptions extends AccessOptions {
  readonly stack: DashboardStack;
  readonly page: () => Promise<PageAssets>;
}

/** Returns the server of the dashboard: its page, the data of the page, and its actions. */
export function createRoutes({ stack, page, tokens, port }: RoutesOptions): Hono {
  const app = new Hono();
  const queueFigures = createQueueFigures(stack);
  app.onError((error, context) => {
    const { status, code, message } = faultOf(error, stack.describeError);
    return context.json({ error: { code, message } } satisfies Fault, status);
  });
  app.notFound((context) => {
    const message = `There is nothing at ${context.req.path}.`;
    return context.json({ error: { code: 'NOT_FOUND', message } } satisfies Fault, 404);
  });
  app.use(async (context, next) => {
    await next();
    context.header('Content-Security-Policy', contentSecurityPolicy);
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('X-Frame-Options', 'DENY');
    context.header('Referrer-Policy', 'no-referrer');
    context.header('Cache-Control', 'no-store');
  });
  app.use(restrictAccess({ tokens, port }));
  app.use(bodyLimit({ maxSize: maxBodyBytes }));
  const metrics = createDashboardMetrics(stack, queueFigures);
  app.get('/metrics', async (context) => {
    const { text, contentType } = await metrics();
    return context.body(text, 200, { 'Content-Type': contentType });
  });
  app.route('/api', flowerRoutes(createFlowerSource(stack)));

  app.get('/', async (context) => context.html((await page()).html));
  app.get('/page.js', async (context) =>
    context.body((await page()).script, 200, { 'Content-Type': 'text/javascript' }),
  );
  app.get('/page.css', async (context) => context.body((await page()).style, 200, { 'Content-Type': 'text/css' }));

  app.get('/data/session', (context) =>
    context.json({ actionToken: tokens.action, hasActions: stack.hasActions } satisfies Session),
  );
  app.get('/data/overview', async (context) => context.json(await overviewOf(stack, queueFigures, minutesIn(context))));
  app.get('/data/events', (context) => {
    const minutes = minutesIn(context);
    return streamSSE(context, async (stream) => {
      while (!stream.aborted) {
        const overview = await overviewOf(stack, queueFigures, minutes);
        await stream.writeSSE({ event: 'overview', data: JSON.stringify(overview) });
        await stream.sleep(eventPeriodMs);
      }
    });
  });
  app.get('/data/tasks', async (context) => {
    const search = taskSearchIn(context);
    await stack.follower.current();
    return context.json(searchTasks(stack.window, search));
  });
  app.get('/data/tasks/:id', async (context) => context.json(await taskDetail(stack, context.req.param('id'))));
  app.get('/data/orphans', async (context) => context.json(await orphansOf(stack)));
  app.get('/data/dead-letters', async (context) =>
    context.json(await deadLettersOf(stack, context.req.query('queue') ?? stack.queues[0]!)),
  );

  app.use('/actions/*', async (_, next) => {
    if (!stack.hasActions)
      throw new DashboardError(403, 'FORBIDDEN', 'Start `girder-worker dashboard --actions` to permit changes.');
    return next();
  });
  app.post('/actions/revoke', async (context) => context.json(await revoke(stack, await revokeIn(context))));
  app.post('/actions/forget', async (context) => context.json(await forget(stack, await forgetIn(context))));
  app.post('/actions/send', async (context) => context.json(await send(stack, await sendIn(context))));
  app.post('/actions/dead-letters', async (context) =>
    context.json(await actOnDeadLetters(stack, await deadLetterActionIn(context))),
  );
  return app;
}

/** An error that is not the client's is one of AWS, or of the network: the operator, who sees the page, can mend it. */
function faultOf(
  error: Error,
  describeError: DashboardStack['describeError'],
): Pick<DashboardError, 'status' | 'code' | 'message'> {
  if (error instanceof DashboardError) return error;
  if (error instanceof HTTPException)
    return { status: 400, code: 'INVALID', message: error.message || 'The request is too large.' };
  return { status: 502, code: 'AWS_FAILED', message: describeError(error) };
}
