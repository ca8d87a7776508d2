/** What the user has answered and seen since the page was loaded. */
class Progress {
  /** By the name of the scenario: a choice of its quiz, or `SHOWN`. */
  answers = $state<Record<string, number>>({})
  /** Parts that were seen to their end. */
  private readonly ended = $state<Record<string, boolean>>({})

  end(scenario: string, part: number): void {
    this.ended[`${scenario} ${part}`] = true
  }

  hasEnded(scenario: string, part: number): boolean {
    return this.ended[`${scenario} ${part}`] === true
  }
}

/** The answer was not guessed but asked for. */
export const SHOWN = -1

export const progress = new Progress()
