import type { Subject } from './support/subject.ts';
export const awsCalls: Subject = { name: 'awsCalls', title: '', unavailable: () => 'todo', measure: async () => ({ figures: [] }) };
