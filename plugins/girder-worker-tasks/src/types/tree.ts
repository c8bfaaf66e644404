import type { TypeFormats } from '../convert/graph.ts';
import { isFields } from '../fields.ts';
import { stringifyNewick, type TreeNode } from './nestedTree.ts';
import { parseNewick } from './newick.ts';
import { isText, jsonConverters } from './scalars.ts';

const type = 'tree';

/** Trees. All formats are connected through `nested`. */
export const treeType: TypeFormats = {
  formats: [
    { type, format: 'nested', isValid: isFields },
    { type, format: 'nested.json', isValid: isText, extensions: ['nested-json'] },
    { type, format: 'newick', isValid: isText, extensions: ['phy', 'tre', 'tree', 'nwk', 'newick'] },
  ],
  converters: [
    ...jsonConverters(type, 'nested', 'nested.json'),
    { type, from: 'newick', to: 'nested', convert: (data) => parseNewick(data as string) },
    { type, from: 'nested', to: 'newick', convert: (data) => stringifyNewick(data as TreeNode) },
  ],
};
