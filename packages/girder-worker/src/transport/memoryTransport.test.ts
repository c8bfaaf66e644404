import { expect, test } from 'vitest';
import { createVirtualSystem } from '../system/virtualSystem.ts';
import { createMemoryTransport } from './memoryTransport.ts';

test('a FIFO queue drops messages with a known deduplication id for five minutes after the first, duplicates aside', async () => {
  const system = createVirtualSystem();
  const transport = createMemoryTransport({ system });
  const publish = () =>
    transport.publish('{}', { queue: 'q.fifo', messageGroupId: 'g', messageDeduplicationId: 'same' });
  await publish();
  await system.advance(200_000);
  await publish();
  expect(transport.messages('q.fifo')).toHaveLength(1);
  await system.advance(100_000);
  await publish();
  expect(transport.messages('q.fifo')).toHaveLength(2);
});
