import { chunkGroup } from '../canvas/continuations/builtinTasks.ts';
import { wireOptions } from '../canvas/signatures/callOptions.ts';
import { withImmutable, withOptions, withStamps } from '../canvas/signatures/changes.ts';
import { withCallbacks, withErrbacks } from '../canvas/signatures/links.ts';
import { pipe, pipeAll } from '../canvas/signatures/pipe.ts';
import {
  type Call,
  chordOf,
  groupOf,
  kindOf,
  taskOf,
  tasksOf,
  toSignature,
  type WireSignature,
} from '../canvas/signatures/signature.ts';
import type { AnyResult, ApplyOptions } from '../task/client/client.ts';
import type { Canvas, Signature, SignatureOptions, SignatureParts } from '../task/client/signature.ts';

/** Sends a signature. Returns the handle on its result. */
export type Send = (signature: WireSignature, call: Call) => Promise<AnyResult>;

/** The canvas of an app. Its signatures are sent with `send`. */
export function createCanvas(send: Send): Canvas {
  const signature = (
    task: string | Readonly<Record<string, unknown>>,
    { args = [], ...options }: SignatureParts = {},
  ) => {
    if (typeof task !== 'string') return new CanvasSignature(toSignature(task), send).set(options);
    return new CanvasSignature(taskOf(task, args), send).set(options);
  };
  const chain = (...steps: readonly (Signature | readonly Signature[])[]) =>
    new CanvasSignature(pipeAll(steps.flat().map(toSignature)), send);
  const group = (...members: readonly (Signature | readonly Signature[])[]) =>
    new CanvasSignature(groupOf(members.flat().map(toSignature)), send);
  const chord = (header: readonly Signature[] | Signature, body: Signature) => {
    const tasks = [header].flat().map(toSignature);
    const [only] = tasks;
    const isGroup = only !== undefined && tasks.length === 1 && kindOf(only) === 'group';
    return new CanvasSignature(chordOf(isGroup ? tasksOf(only) : tasks, toSignature(body)), send);
  };
  const chunks = (task: Signature, items: Iterable<readonly unknown[]>, size: number) =>
    new CanvasSignature(chunkGroup(toSignature(task), [...items], size), send);
  return { signature, chain, group, chord, chunks } as Canvas;
}

class CanvasSignature implements Signature {
  #wire: WireSignature;
  readonly #send: Send;

  constructor(wire: WireSignature, send: Send) {
    this.#wire = wire;
    this.#send = send;
  }

  applyAsync(args: readonly unknown[] = [], { kwargs = {}, ...options }: ApplyOptions = {}): Promise<AnyResult> {
    return this.#send(this.#wire, { args, kwargs, options: wireOptions(options) });
  }

  delay(...args: readonly unknown[]): Promise<AnyResult> {
    return this.applyAsync(args);
  }

  set({ immutable, kwargs = {}, ...options }: SignatureOptions): this {
    const changed = withOptions(this.#wire, wireOptions(options), kwargs);
    return this.#set(immutable === undefined ? changed : withImmutable(changed, immutable));
  }

  stamp(stamps: Readonly<Record<string, unknown>>): this {
    return this.#set(withStamps(this.#wire, stamps));
  }

  link(callback: Signature): this {
    return this.#set(withCallbacks(this.#wire, [toSignature(callback)]));
  }

  linkError(errback: Signature): this {
    return this.#set(withErrbacks(this.#wire, [toSignature(errback)]));
  }

  pipe<Next extends AnyResult>(next: Signature<Next>): Signature<Next> {
    return new CanvasSignature(pipe(this.#wire, toSignature(next)), this.#send) as Signature as Signature<Next>;
  }

  clone(): Signature {
    return new CanvasSignature(this.#wire, this.#send);
  }

  toJSON(): Readonly<Record<string, unknown>> {
    return { ...this.#wire };
  }

  #set(wire: WireSignature): this {
    this.#wire = wire;
    return this;
  }
}
