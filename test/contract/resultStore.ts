import { describe } from 'vitest';
import { describeChords } from './chords.ts';
import { describeClaims } from './claims.ts';
import { describeEndings } from './endings.ts';
import { describeLargeResults } from './largeResults.ts';
import { describeRetries } from './retries.ts';
import { describeSharedTable } from './sharedTable.ts';
import { type Connect, createStoreUnderTest } from './storeUnderTest.ts';

/** What every result store must do, whatever it keeps its items in. */
export function describeResultStore(name: string, connect: Connect): void {
  describe(`the result store ${name}`, () => {
    const bench = createStoreUnderTest(connect);
    describeClaims(bench);
    describeRetries(bench);
    describeEndings(bench);
    describeLargeResults(bench);
    describeChords(bench);
  });
}

/** What a store must do besides, as Python writes into the same table. */
export function describeDynamodbStore(name: string, connect: Connect): void {
  describeResultStore(name, connect);
  describe(`the result store ${name}, shared with Python`, () => {
    describeSharedTable(createStoreUnderTest(connect));
  });
}
