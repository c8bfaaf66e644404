import { describe } from 'vitest';
import { describeChords } from './chords.ts';
import { describeClaims } from './claims.ts';
import { describeEndings } from './endings.ts';
import { describeHops } from './hops.ts';
import { describeLargeResults } from './largeResults.ts';
import { describeReopening } from './reopening.ts';
import { describeRetries } from './retries.ts';
import { describeSharedTable } from './sharedTable.ts';
import { type Connect, createStoreUnderTest } from './storeUnderTest.ts';

/** The contract of every result store. */
export function describeResultStore(name: string, connect: Connect): void {
  describe(`the result store ${name}`, () => {
    const subject = createStoreUnderTest(connect);
    describeClaims(subject);
    describeRetries(subject);
    describeEndings(subject);
    describeReopening(subject);
    describeLargeResults(subject);
    describeChords(subject);
    describeHops(subject);
  });
}

/** The contract of a store whose table Celery in Python writes, too. */
export function describeDynamodbStore(name: string, connect: Connect): void {
  describeResultStore(name, connect);
  describe(`the result store ${name}, shared with Python`, () => {
    describeSharedTable(createStoreUnderTest(connect));
  });
}
