import type { ComponentChildren, VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { ActionAnswer } from '../../data.ts';
import { html } from '../html.ts';
import { postAction } from '../model/requests.ts';
import { useModal } from '../parts/hooks.ts';

/** A question to the user, and the request that is sent if the answer is yes. */
export interface Confirmation {
  readonly heading: string;
  readonly children: ComponentChildren;
  /** What the button says that sends the request. */
  readonly verb: string;
  readonly isDangerous?: boolean;
  readonly path: string;
  /** The body of the request; a text is the reason why it cannot be sent yet. */
  readonly body: () => object | string;
}

interface ConfirmDialogProps extends Confirmation {
  readonly onClose: (answer?: ActionAnswer) => void;
}

/** Asks before an action, and shows why it failed. */
export function ConfirmDialog({
  heading,
  children,
  verb,
  isDangerous,
  path,
  body,
  onClose,
}: ConfirmDialogProps): VNode {
  const dialog = useModal();
  const [isSending, setSending] = useState(false);
  const [fault, setFault] = useState('');
  const send = async () => {
    const content = body();
    if (typeof content === 'string') return setFault(content);
    setSending(true);
    setFault('');
    try {
      onClose(await postAction(path, content));
    } catch (error) {
      setFault((error as Error).message);
      setSending(false);
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (!isSending) void send();
  };
  const cancel = (event: Event) => {
    event.preventDefault();
    onClose();
  };
  return html`<dialog ref=${dialog} aria-labelledby="dialog-heading" onCancel=${cancel}>
    <form onSubmit=${submit}>
      <h2 id="dialog-heading">${heading}</h2>
      <div class="dialog-body">${children}</div>
      <div role="alert" class="dialog-fault">${fault}</div>
      <div class="buttons end">
        <button type="button" onClick=${() => onClose()}>Cancel</button>
        <button type="submit" class=${isDangerous ? 'danger' : 'primary'} disabled=${isSending}>${isSending ? 'Sending…' : verb}</button>
      </div>
    </form>
  </dialog>`;
}
