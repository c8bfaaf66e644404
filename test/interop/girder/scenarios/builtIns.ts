import { expect } from 'vitest';
import type { Scenario } from './scenario.ts';

/** The built-in tasks of Girder Worker, which Girder sends for jobs that name no task. */
export const builtIns: readonly Scenario[] = [
  {
    sentence:
      'a scheduled job without the name of a task runs girder_worker.run, from a file of Girder to a folder of Girder',
    async run(girder) {
      const { api } = girder;
      const folder = await api.createTopFolder(`built-in ${girder.server.version}`);
      const item = await api.createItem(folder._id, 'n.csv');
      const file = await api.createFile(item._id, 'n.csv', 'n,m\n1,2\n40,3\n');
      const server = { mode: 'girder', api_url: girder.proxy.url, token: await api.createToken() };
      const task = {
        mode: 'javascript',
        script: 'total = { sum: table.rows.reduce((sum, { n }) => sum + n, 0) }; console.log("summed");',
        inputs: [{ name: 'table', type: 'table', format: 'rows', target: 'memory' }],
        outputs: [{ name: 'total', type: 'object', format: 'object' }],
      };
      const { taskId, jobId } = await girder.alone(() =>
        api.schedule({
          kwargs: {
            task,
            inputs: { table: { ...server, id: file._id, name: 'n.csv', resource_type: 'file', format: 'csv' } },
            outputs: {
              total: { ...server, parent_id: folder._id, parent_type: 'folder', name: 'total.json', format: 'json' },
            },
          },
        }),
      );
      expect(await girder.resultOf(taskId)).toMatchObject({ state: 'SUCCESS' });
      const { timestamps } = await girder.jobAt(jobId, 3, 4, 5);
      expect(timestamps.map(({ status }) => status)).toEqual([1, 2, 820, 2, 822, 823, 3]);
      expect(await api.logOf(jobId)).toContain('summed');
      const [uploaded] = (await api.itemsOf(folder._id)).filter(({ name }) => name === 'total.json');
      const [content] = await api.filesOf(uploaded!._id);
      expect(JSON.parse(await api.readFile(content!._id))).toEqual({ sum: 41 });
    },
  },
];
