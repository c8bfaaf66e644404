import type { ChordStore } from '../chordStore.ts';
import { readGroup } from '../document/readResult.ts';
import { groupDocument } from '../document/resultDocument.ts';

/** Chords and groups in this process. */
export function createMemoryChords(): ChordStore {
  const groups = new Map<string, Uint8Array>();
  const chords = new Map<string, Set<string>>();

  const saveGroup: ChordStore['saveGroup'] = async (groupId, group) => {
    groups.set(groupId, Buffer.from(groupDocument(group)));
  };

  return {
    saveGroup,

    async startChord(groupId, group) {
      if (!chords.has(groupId)) chords.set(groupId, new Set());
      await saveGroup(groupId, group);
    },

    async countChordMember(groupId, { memberId }) {
      const members = chords.get(groupId);
      if (!members) return undefined;
      const isNew = !members.has(memberId);
      members.add(memberId);
      return { count: members.size, isNew };
    },

    async endChord() {
      // Items in memory do not expire.
    },

    async readGroup(groupId) {
      const bytes = groups.get(groupId);
      return bytes && readGroup(bytes);
    },

    async forgetGroup(groupId) {
      groups.delete(groupId);
    },
  };
}
