import { expect } from 'vitest';
import { decode } from '../../../../packages/girder-worker/src/message/decode.ts';
import { GirderApi } from '../girderApi.ts';
import type { Scenario } from './scenario.ts';

/** What Girder sends and stores: the basis of all other scenarios. */
export const messages: readonly Scenario[] = [
  {
    sentence: 'decode reads the message of a task with its arguments, its job and its tokens',
    async run({ server, proxy, unservedQueues }) {
      const queue = await unservedQueues.create(`message ${server.version}`);
      const { taskId, jobId } = await server.api.dispatch({
        task: 'add',
        args: [1],
        kwargs: { b: 2 },
        options: { queue, girder_job_title: 'Named by its sender' },
      });
      const message = await decode(await unservedQueues.read(queue));
      expect(message).toMatchObject({ task: 'girdertasks.tasks.add', id: taskId, args: [1], kwargs: { b: 2 } });
      const { headers } = message;
      expect(headers.jobInfoSpec).toMatchObject({ method: 'PUT', url: `${proxy.url}/job/${jobId}`, reference: jobId });
      expect(headers.girder_api_url).toBe(proxy.url);
      expect(headers.girder_client_token).toEqual(expect.stringMatching(/^\w{20,}$/));
      expect(headers).not.toHaveProperty('girder_job_title');
      expect(await server.api.job(jobId)).toMatchObject({ title: 'Named by its sender', status: 0 });
    },
  },
  {
    sentence: 'decode reads the plain JSON of a scheduled job',
    async run({ server, proxy, unservedQueues }) {
      const queue = await unservedQueues.create(`scheduled ${server.version}`);
      const { taskId, jobId } = await server.api.schedule({ task: 'add', args: [1, 2], queue });
      const message = await decode(await unservedQueues.read(queue));
      expect(message).toMatchObject({ task: 'girdertasks.tasks.add', id: taskId, args: [1, 2], kwargs: {} });
      expect(message.headers.jobInfoSpec).toMatchObject({ url: `${proxy.url}/job/${jobId}` });
      expect(message.headers.apiUrl).toBe(proxy.url);
      expect(await server.api.job(jobId)).toMatchObject({ status: 1 });
    },
  },
  {
    sentence: 'Girder stores files, and refuses a token without the right to read them',
    async run({ server: { api, version } }) {
      const folder = await api.createTopFolder(`stored ${version}`);
      const item = await api.createItem(folder._id, 'item');
      const file = await api.createFile(item._id, 'a.txt', 'ä file');
      expect(await api.readFile(file._id)).toBe('ä file');
      const restricted = new GirderApi(api.url, await api.createToken('jobs.rest.create_job'));
      await expect(restricted.readFile(file._id)).rejects.toMatchObject({ status: 401 });
      expect(await new GirderApi(api.url, await api.createToken()).readFile(file._id)).toBe('ä file');
    },
  },
];
