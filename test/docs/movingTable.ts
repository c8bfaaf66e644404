import { celeryTaskOptions } from './celeryTaskOptions.ts';

const open = '<!-- options: written by test/docs/moving.test.ts -->';
const close = '<!-- /options -->';

/** The table of docs/moving-from-celery.md, with the markers around it. */
export function renderOptions(): string {
  const rows = Object.entries(celeryTaskOptions).map(([celery, { option, setting, note }]) => {
    const ours = [option, setting && `setting ${setting}`].filter((name) => name !== undefined);
    return `| \`${celery}\` | ${ours.map((name) => `\`${name.replace('setting ', '')}\``).join(', ') || '—'} | ${note} |`;
  });
  return [open, '| Celery | option, app setting | note |', '|---|---|---|', ...rows, close].join('\n');
}
