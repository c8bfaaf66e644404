import type { Subject } from './support/subject.ts';
export const revocation: Subject = { name: 'revocation', title: '', unavailable: () => 'todo', measure: async () => ({ figures: [] }) };
