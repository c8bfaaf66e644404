import { DecodeError } from '../kombu/errors.ts';
import { type ControlCommand, decodeCommand } from '../message/controlCommand.ts';
import { encodeReply } from '../message/controlReply.ts';
import type { Transport } from '../transport/transport.ts';
import type { ControlNode } from './controlNode.ts';

/** Where the mailbox says what it did, in lines for people. */
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
 * Takes commands as the texts that Kombu publishes, has them carried out, and sends the reply to whoever waits for one.
 *
 * Rejects only where a command could not be carried out for now, and is worth repeating: what it cannot read it logs, and
 * a client that has gone meanwhile is none to wait for.
 */
export function createPidbox({ node, control, transport, log }: PidboxOptions): (text: string) => Promise<void> {
  return async (text) => {
    const command = await decodeCommand(text).catch((error: unknown) => {
      if (error instanceof DecodeError) return error;
      throw error;
    });
    if (command instanceof DecodeError)
      return log.error(`A command cannot be decoded (${command.code}): ${command.message}`);

    const reply = await replyTo(command);
    if (reply === undefined) return;
    log.info(`Command ${command.method}: ${isError(reply) ? `refused: ${reply.error}` : 'done'}`);
    if (command.replyTo) await send(reply, command.replyTo);
  };

  /** Whoever waits is told of a fault at once; a command that nobody waits for is repeated instead. */
  async function replyTo(command: ControlCommand): Promise<unknown> {
    try {
      return await control(command);
    } catch (error) {
      if (!command.replyTo) throw error;
      log.error(`Command ${command.method} failed: ${error instanceof Error ? error.stack : String(error)}`);
      return { error: String(error) };
    }
  }

  async function send(reply: unknown, address: NonNullable<ControlCommand['replyTo']>): Promise<void> {
    try {
      await transport.publish(encodeReply(node, reply, address), { queue: address.queue });
    } catch (error) {
      log.warn(
        `Nobody waits for the reply any more, or it cannot be sent: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

function isError(reply: unknown): reply is { readonly error: string } {
  return typeof reply === 'object' && reply !== null && Object.hasOwn(reply, 'error');
}
