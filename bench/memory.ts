import type { Subject } from './support/subject.ts';
export const memory: Subject = { name: 'memory', title: '', unavailable: () => 'todo', measure: async () => ({ figures: [] }) };
