/** Where an input is fetched to. */
export type FetchTarget =
  | { readonly kind: 'memory' }
  /** A file in the temporary folder of the run. `filename` is the name that the task spec asks for. */
  | { readonly kind: 'file'; readonly filename: string | undefined };

/** The output of a task, before it is sent to where its binding says. `subject` begins error messages: `Output "y"`. */
export type Produced =
  | { readonly kind: 'memory'; readonly data: unknown; readonly subject: string }
  /** A file or a folder in the temporary folder of the run. */
  | { readonly kind: 'file'; readonly path: string; readonly subject: string };
