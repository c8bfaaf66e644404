import { GirderWorkerPluginABC } from 'girder-worker';

/** Tasks that work on text. */
export class TextToolsPlugin extends GirderWorkerPluginABC {
  taskImports(): string[] {
    return ['@gwexample/text-tools/counting', '@gwexample/text-tools/editing', '@gwexample/text-tools/indexing'];
  }
}
