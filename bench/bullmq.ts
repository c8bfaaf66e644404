import type { Subject } from './support/subject.ts';
export const bullmq: Subject = { name: 'bullmq', title: '', unavailable: () => 'todo', measure: async () => ({ figures: [] }) };
