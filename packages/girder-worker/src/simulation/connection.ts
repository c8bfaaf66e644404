/** The connections of a process to the services. */
export interface Connection {
  /** Before this time, the process reaches no service. */
  cutUntilMs: number;
  /** The connections that were closed without the knowledge of the process: a request over one of them times out. */
  dead: number;
  /** When a request failed the last time, also at its second attempt. */
  lastFailedMs: number;
  /** When the last attempt of a request failed the last time. */
  lastGivenUpMs: number;
}
