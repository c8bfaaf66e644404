import type { Subject } from './support/subject.ts';
export const bundle: Subject = { name: 'bundle', title: '', unavailable: () => 'todo', measure: async () => ({ figures: [] }) };
