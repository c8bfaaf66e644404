import { writeFile } from 'node:fs/promises';
import { type Fields, own } from '../fields.ts';
import type { RunContext } from '../run/context.ts';
import { freePath } from '../run/temporaryFolder.ts';
import { bytesOf, readBounded, textOrBytes } from './content.ts';
import type { FetchTarget, Produced } from './transfer.ts';

/** Returns the data in the binding itself, or writes it to a file. */
export async function fetchInline(binding: Fields, target: FetchTarget, context: RunContext): Promise<unknown> {
  if (!Object.hasOwn(binding, 'data')) throw new Error('The binding has neither "data" nor "url".');
  const data = own(binding, 'data');
  if (target.kind === 'memory') return data;
  const path = freePath(await context.temporaryFolder(), target.filename ?? 'data');
  await writeFile(path, bytesOf(data, 'The data of the binding'), { flag: 'wx' });
  return path;
}

/** Returns the data of an output for its binding: that of a file is read. */
export async function inlineData(output: Produced, { settings }: RunContext): Promise<unknown> {
  if (output.kind === 'memory') return output.data;
  return textOrBytes(await readBounded(output.path, settings.maxDataBytes, output.subject));
}
