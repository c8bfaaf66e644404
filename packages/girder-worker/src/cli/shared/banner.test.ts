import { expect, test } from 'vitest';
import { type BannerFacts, renderBanner } from './banner.ts';

const facts: BannerFacts = {
  node: 'girder-worker@minastirith',
  version: '0.1.0',
  platform: 'Linux-6.1.0-x64-node-24.0.0',
  startedAt: new Date(2016, 10, 8, 12, 22, 56, 163),
  transport: 'sqs://guest:secret@localhost:9324//',
  results: 'dynamodb://@us-east-1/celery',
  concurrency: '32 (threads)',
  queues: ['celery', 'long-tasks'],
  tasks: ['gwexample.analyses.tasks.fibonacci', 'girder_worker.docker.tasks.docker_run'],
};

/** Printed by Celery 5.7.0 for the same facts, except for the name in the first line and the name of the app. */
const banner = ` -------------- girder-worker@minastirith v0.1.0
--- ***** -----
-- ******* ---- Linux-6.1.0-x64-node-24.0.0 2016-11-08 12:22:56
- *** --- * ---
- ** ---------- [config]
- ** ---------- .> app:         girder_worker
- ** ---------- .> transport:   sqs://guest:**@localhost:9324//
- ** ---------- .> results:     dynamodb://@us-east-1/celery
- *** --- * --- .> concurrency: 32 (threads)
-- ******* ---- .> task events: OFF
--- ***** -----
 -------------- [queues]
                .> celery           exchange=celery(direct) key=celery
                .> long-tasks       exchange=long-tasks(direct) key=long-tasks

[tasks]
  . girder_worker.docker.tasks.docker_run
  . gwexample.analyses.tasks.fibonacci
`;

test('the banner is the same as Celery’s, with sorted tasks and masked passwords', () => {
  expect(renderBanner(facts)).toBe(banner);
});

test('the banner has no tasks if none are given, as Celery’s above the log level info', () => {
  expect(renderBanner({ ...facts, tasks: undefined })).toBe(banner.slice(0, banner.indexOf('\n[tasks]')));
});

test('the banner masks a password that contains any characters except @', () => {
  const text = renderBanner({ ...facts, results: 'dynamodb://AKIA:a/b+c:d%40=@localhost:8000/celery' });
  expect(text).toContain('dynamodb://AKIA:**@localhost:8000/celery');
});
