/** Something that the host's owner should look at; the host goes on. */
export interface Warning {
  readonly code: 'SYN_FLOOD' | 'CLOSE_WAIT'
  readonly message: string
}
