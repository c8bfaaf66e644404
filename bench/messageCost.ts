import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DecodingCost } from '../packages/girder-worker/src/message/fixtures/decodingCost.ts';
import { heavyMessages, longMessages } from '../packages/girder-worker/src/message/fixtures/heavyMessages.ts';
import { interleave } from './support/rounds.ts';
import { spreadOf } from './support/spread.ts';
import type { BenchOptions, Findings, Subject } from './support/subject.ts';

const script = fileURLToPath(
  new URL('../packages/girder-worker/src/message/fixtures/decodingCost.ts', import.meta.url),
);

/** The part of the greatest weight that the messages have. */
const part = '0.97';

export const messageCost: Subject = {
  name: 'message-cost',
  title: 'The heaviest messages that are decoded: how long the event loop is blocked, and how much memory they take',
  async measure({ quick }: BenchOptions): Promise<Findings> {
    const names = [...Object.keys(heavyMessages), ...Object.keys(longMessages)];
    const costOf = (name: string) => async () => {
      const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', script, name, part]);
      const { blockedMs, memoryMb } = JSON.parse(stdout) as DecodingCost;
      return { blockedMs, memoryMb };
    };
    const values = await interleave(quick ? 1 : 5, Object.fromEntries(names.map((name) => [name, costOf(name)])));
    return {
      figures: Object.entries(values).flatMap(([name, { blockedMs, memoryMb }]) => [
        { name, unit: 'ms blocked', spread: spreadOf(blockedMs!), target: '<= 250' },
        { name, unit: 'MB', spread: spreadOf(memoryMb!), target: '<= 100' },
      ]),
      notes: [
        'Each message is decoded in a process of its own, whose first message it is: the loading of a reader is included.',
      ],
    };
  },
};
