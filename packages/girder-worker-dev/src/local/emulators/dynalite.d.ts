/** dynalite has no types of its own. These are the ones that this library needs. */
declare module 'dynalite' {
  import type { Server } from 'node:http';
  export default function dynalite(options: { createTableMs?: number }): Server;
}
