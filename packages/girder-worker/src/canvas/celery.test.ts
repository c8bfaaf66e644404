import { describe, expect, test } from 'vitest';
import { expand } from './apply/expand.ts';
import { asRecorded, comparable, type Recorded, recorded, recordingSender } from './fixtures/recorded.ts';
import type { WireSignature } from './signatures/signature.ts';

/** The canvases for which ours differs from Celery's, and why. */
const differences: Readonly<Record<string, string>> = {
  'chord with a chain that ends in a chord':
    'Celery freezes the chord twice, and its result names a group that it never sends',
  'chain with group and link':
    'Celery puts the callback on the chord and moves it to the body when it sends the chord; ours is on the body from the start',
};

const canvases = Object.entries(recorded).filter(
  (entry): entry is [string, Recorded & { signature: WireSignature }] => entry[1].signature !== null,
);

describe.each(canvases)('the canvas “%s”', (name, { signature, messages, result, groups }) => {
  const ours = expand(signature, {}, recordingSender());

  if (name !== 'chain with group and link')
    test('is expanded to the messages that Celery publishes, equal in every field', () => {
      expect(comparable(ours.messages.map(asRecorded))).toEqual(comparable(messages));
    });

  if (!Object.hasOwn(differences, name))
    test('has the result that Celery returns', () => {
      const both = { messages: ours.messages.map(asRecorded), result: ours.result };
      expect(comparable(both)).toEqual(comparable({ messages, result }));
    });

  test('writes the chords that Celery writes', () => {
    expect(ours.chords.map(({ members }) => comparable(leaves(members)))).toEqual(
      groups.map((group) => comparable(leaves(group))),
    );
  });
});

/** A group without the parents of its members: for nested chords Celery has ids there that are not used. */
function leaves(result: unknown): unknown {
  const [[id], members] = result as [[string, unknown], unknown[] | null];
  return members === null ? id : { id, members: members.map(leaves) };
}
