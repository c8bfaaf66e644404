import { DecodeError } from '../kombu/errors.ts';
import { type ControlCommand, decodeCommand } from '../message/controlCommand.ts';
import { encodeReply } from '../message/controlReply.ts';
import type { Transport } from '../transport/transport.ts';
import type { ControlNode } from './controlNode.ts';

/** The log of executed commands; powertools' Logger and the console have this form. */
export interface PidboxLog {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

export interface PidboxOptions {
  readonly node: string;
  readonly control: ControlNode;
  readonly transport: Pick<Transport, 'publish'>;
  readonly log: PidboxLog;
}

/**
 * Returns the function that executes one command, given as the text that Kombu publishes, and sends the reply if the
 * client waits for one.
 *
 * It rejects if a command without a reply fails, so that its caller repeats it. Commands that cannot be decoded, and
 * replies that cannot be sent, are only logged.
 */
export function createPidbox({ node, control, transport, log }: PidboxOptions): (text: string) => Promise<void> {
  return async (text) => {
    const command = await decodeCommand(text).catch((error: unknown) => {
      if (error instanceof DecodeError) return error;
      throw error;
    });
    if (command instanceof DecodeError)
      return log.error(`A command cannot be decoded (${command.code}): ${command.message}`);

    const reply = await execute(command);
    if (reply === undefined) return;
    log.info(`Command ${command.method}: ${isError(reply) ? `refused: ${reply.error}` : 'done'}`);
    if (command.replyTo) await send(reply, command.replyTo);
  };

  /** A client that waits gets the error as its reply; a command without a reply rejects, to be repeated. */
  async function execute(command: ControlCommand): Promise<unknown> {
    try {
      return await control(command);
    } catch (error) {
      if (!command.replyTo) throw error;
      log.error(`Command ${command.method} failed: ${error instanceof Error ? error.stack : String(error)}`);
      return { error: String(error) };
    }
  }

  /** The queue of a client that has stopped waiting does not exist any more. */
  async function send(reply: unknown, address: NonNullable<ControlCommand['replyTo']>): Promise<void> {
    try {
      await transport.publish(encodeReply(node, reply, address), { queue: address.queue });
    } catch (error) {
      log.warn(
        `Cannot send the reply, the client may have stopped waiting: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

function isError(reply: unknown): reply is { readonly error: string } {
  return typeof reply === 'object' && reply !== null && Object.hasOwn(reply, 'error');
}
