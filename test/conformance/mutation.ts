/** One way to break a rule. */
export interface Mutation {
  /** The label of the rule that is broken. */
  readonly rule: string
  /** Path from the root, such as 'src/tcp/timeouts.ts'. */
  readonly file: string
  /** Exact text that occurs once in the file, and what takes its place. */
  readonly find: string
  readonly replace: string
}
