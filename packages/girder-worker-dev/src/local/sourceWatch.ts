import { createHash } from 'node:crypto';
import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { nodeSystem } from 'girder-worker/internal/system';

/** How long after an event files are compared: an editor may write a file several times, or replace it. */
const settleMs = 100;

/** Watches files whose set may change. */
export interface SourceWatch {
  /**
   * Watches these files from now on. A file that has changed since `onChange` was called counts as changed. With `anyFile`, so
   * does every other file in their folders that is written: after a build that failed, its files are not known.
   */
  watch(files: Iterable<string>, options?: { readonly anyFile: boolean }): void;
  stop(): void;
}

/**
 * Calls `onChange` with the files whose content has changed since `watch` was called, and not again before `watch` is called
 * again, which finds what has changed meanwhile.
 *
 * It watches the folders of the files, because most editors replace a file instead of writing it.
 */
export function createSourceWatch(onChange: (changed: readonly string[]) => void): SourceWatch {
  const folders = new Map<string, FSWatcher>();
  let contents = new Map<string, string>();
  let isArmed = false;
  let reportsAnyFile = false;
  const written = new Set<string>();
  let cancelTimer: (() => void) | undefined;

  const compare = () => {
    if (!isArmed) return;
    const known = [...contents].filter(([file, content]) => contentOf(file) !== content).map(([file]) => file);
    const changed = [...known, ...written];
    written.clear();
    if (changed.length === 0) return;
    isArmed = false;
    contents = new Map([...contents.keys()].map((file) => [file, contentOf(file)]));
    onChange(changed);
  };
  const settle = () => {
    cancelTimer?.();
    cancelTimer = nodeSystem.startTimer(compare, settleMs);
  };
  const watchFolder = (folder: string) => {
    const watcher = watch(folder, (_, name) => {
      const file = name === null ? undefined : join(folder, name);
      if (file !== undefined && !contents.has(file)) {
        if (!reportsAnyFile) return;
        written.add(file);
      }
      settle();
    });
    watcher.on('error', () => {
      // The folder was removed. Its files are found missing.
      watcher.close();
      folders.delete(folder);
      settle();
    });
    folders.set(folder, watcher);
  };

  return {
    watch(files, { anyFile } = { anyFile: false }) {
      reportsAnyFile = anyFile;
      written.clear();
      contents = new Map([...files].map((file) => [file, contents.get(file) ?? contentOf(file)]));
      const wanted = new Set([...contents.keys()].map((file) => dirname(file)));
      for (const [folder, watcher] of folders) {
        if (wanted.has(folder)) continue;
        watcher.close();
        folders.delete(folder);
      }
      for (const folder of wanted) if (!folders.has(folder)) watchFolder(folder);
      isArmed = true;
      settle();
    },
    stop() {
      isArmed = false;
      cancelTimer?.();
      for (const watcher of folders.values()) watcher.close();
      folders.clear();
    },
  };
}

/** The hash of a file; empty if it does not exist. */
function contentOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('base64');
  } catch {
    return '';
  }
}
