/** What the commands end with. */
export const EXIT = {
  ok: 0,
  /** The command line is wrong. */
  usage: 1,
  /** The network, the device or a file failed. */
  failure: 2,
  /** HTTP: the server has answered, but not with what was asked for. */
  refused: 3,
  /** Ctrl-C, as shells have it: 128 + SIGINT. */
  interrupted: 130,
} as const
