import type { ChordStore } from '../chordStore.ts';
import { readGroup } from '../document/readResult.ts';
import { groupDocument } from '../document/resultDocument.ts';

/** Chords and groups in this process. */
export function createMemoryChords(): ChordStore {
  const groups = new Map<string, Uint8Array>();
  const chords = new Map<string, { readonly members: Set<string>; isEnded: boolean }>();

  const saveGroup: ChordStore['saveGroup'] = async (groupId, group) => {
    groups.set(groupId, Buffer.from(groupDocument(group)));
  };

  return {
    saveGroup,

    async startChord(groupId, group) {
      const { members } = chords.get(groupId) ?? { members: new Set<string>() };
      chords.set(groupId, { members, isEnded: false });
      await saveGroup(groupId, group);
    },

    async countChordMember(groupId, { memberId }) {
      const chord = chords.get(groupId);
      if (!chord) return undefined;
      const { members, isEnded } = chord;
      const isNew = !members.has(memberId);
      members.add(memberId);
      return { count: members.size, isNew, isEnded };
    },

    async countedMembers(groupId) {
      return new Set(chords.get(groupId)?.members);
    },

    async keepResults() {
      // Results in memory do not expire.
    },

    async endChord(groupId) {
      const chord = chords.get(groupId);
      if (chord) chord.isEnded = true; // Items in memory do not expire.
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
