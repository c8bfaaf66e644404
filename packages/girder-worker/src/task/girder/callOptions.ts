/**
 * The options of a call that concern Girder: Girder Worker's in TypeScript's case. They are useful where the message is sent
 * by a task with a Girder job: only then, and from Girder itself, a job can be created.
 */
export interface GirderCallOptions {
  /** The title of the job. @default `girderJob.title` of the task */
  readonly girderJobTitle?: string;
  /** The type of the job. @default `girderJob.type` of the task */
  readonly girderJobType?: string;
  /** Whether everybody may see the job. @default `girderJob.public` of the task */
  readonly girderJobPublic?: boolean;
  /** The handler of the job. @default `girderJob.handler` of the task */
  readonly girderJobHandler?: string;
  /** More fields of the job. @default `girderJob.otherFields` of the task */
  readonly girderJobOtherFields?: Readonly<Record<string, unknown>>;
  /** Creates no job. @default false */
  readonly girderJobDisable?: boolean;
  /** Transform the result: the first element of an array by the first hook, and so on; any other result by the first one. */
  readonly girderResultHooks?: readonly unknown[];
  /** The API of the Girder server that the task uses. @default that of the task that sends */
  readonly girderApiUrl?: string;
  /** The token with which the task uses Girder. @default that of the task that sends */
  readonly girderClientToken?: string;
  /** Options of the connections to Girder: `headers`, and `verify` (false, or the path of a file of certificates). */
  readonly girderClientSessionKwargs?: Readonly<Record<string, unknown>>;
}
