/** What a TypeScript block can use without declaring it, by name: `<!-- snippet: with app, add -->`. One line each. */
export const typescriptPreambles: Readonly<Record<string, string>> = {
  app: "declare const app: import('girder-worker').App;",
  add: "declare const add: import('girder-worker').RegisteredTask<[x: number, y: number], number>;",
  xsum: "declare const xsum: import('girder-worker').RegisteredTask<[all: number[]], number>;",
  count: "declare const count: import('girder-worker').RegisteredTask<[steps: number], Promise<number>>;",
  id: 'declare const id: string;',
  // TypeScript declares WebAssembly for browsers only.
  wasm: 'declare const WebAssembly: { instantiate(code: Uint8Array): Promise<object> };',
  download:
    "declare const download: import('girder-worker').RegisteredTask<[url: string], Promise<number>>; declare const url: string;",
  compute: 'declare function compute(step: number): void;',
  Task: "import type { Task } from 'girder-worker/utils';",
  assert: "declare const assert: typeof import('node:assert/strict');",
  findImage: 'declare function findImage(key: string): Promise<Uint8Array>;',
  tiles:
    'declare function tilesOf(path: string): Promise<string[]>; declare function segmentTile(tile: string, threshold: number): Promise<void>; declare const outputPath: string;',
};

/** The same for Python blocks. */
export const pythonPreambles: Readonly<Record<string, string>> = {
  app: 'from celery import Celery; app = Celery(broker="sqs://test:test@localhost:9324//", backend="dynamodb://test:test@localhost:8000/celery", broker_transport_options={"region": "us-east-1", "is_secure": False})',
};

/** The declarations of packages that blocks import and this repository does not install. */
export const foreignPackages: Readonly<Record<string, string>> = {
  '@opentelemetry/exporter-trace-otlp-proto': `import type { SpanExporter } from '@opentelemetry/sdk-trace-node';
export declare const OTLPTraceExporter: new () => SpanExporter;`,
  sharp: `interface Image { resize(width: number): Image; png(): Image; toBuffer(): Promise<Uint8Array> }
export default function sharp(image: Uint8Array): Image;`,
};
