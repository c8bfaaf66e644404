import type { Subject } from './support/subject.ts';
export const growth: Subject = { name: 'growth', title: '', unavailable: () => 'todo', measure: async () => ({ figures: [] }) };
