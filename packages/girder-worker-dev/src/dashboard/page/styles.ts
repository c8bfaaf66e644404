import { base } from './styles/base.ts';
import { colours } from './styles/colours.ts';
import { controls } from './styles/controls.ts';
import { drawings } from './styles/drawings.ts';
import { layout } from './styles/layout.ts';
import { tables } from './styles/tables.ts';

/** The page's style sheet. */
export const styles = [colours, base, layout, controls, tables, drawings].join('\n');
