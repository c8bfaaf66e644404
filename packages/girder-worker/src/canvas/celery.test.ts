import { describe, expect, test } from 'vitest';
import { expand } from './apply/expand.ts';
import { asRecorded, comparable, type Recorded, recorded, recordingSender } from './fixtures/recorded.ts';
import type { Signature } from './signatures/signature.ts';

/** Where ours is not Celery's, and why. */
const differences: Readonly<Record<string, string>> = {
  'chord with a chain that ends in a chord':
    'Celery names a group there that it never sends: it has frozen the chord once more',
  'chain with group and link':
    'Celery puts the link on the chord, and moves it to the body when it is sent; ours is there at once',
};

const canvases = Object.entries(recorded).filter(
  (entry): entry is [string, Recorded & { signature: Signature }] => entry[1].signature !== null,
);

describe.each(canvases)('%s', (name, { signature, messages, result, groups }) => {
  const ours = expand(signature, {}, recordingSender());

  if (name !== 'chain with group and link')
    test('becomes the messages that Celery publishes, field by field', () => {
      expect(comparable(ours.messages.map(asRecorded))).toEqual(comparable(messages));
    });

  if (!Object.hasOwn(differences, name))
    test('has the result that Celery gives', () => {
      const both = { messages: ours.messages.map(asRecorded), result: ours.result };
      expect(comparable(both)).toEqual(comparable({ messages, result }));
    });

  test('starts the chords that Celery writes', () => {
    expect(ours.chords.map(({ members }) => comparable(leaves(members)))).toEqual(
      groups.map((group) => comparable(leaves(group))),
    );
  });
});

/** A group without the parents of its members: Celery gives nested chords an id there that nobody uses. */
function leaves(result: unknown): unknown {
  const [[id], members] = result as [[string, unknown], unknown[] | null];
  return members === null ? id : { id, members: members.map(leaves) };
}
