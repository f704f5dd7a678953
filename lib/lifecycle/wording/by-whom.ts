/** What is recorded where nobody said why. */
const NO_REASON = 'none given';

/** Who asked for something, and why: `ada: wrong branch`, or `ada, no reason given`. */
export function byWhom({ actor, reason }: { readonly actor: string; readonly reason: string }): string {
  return reason === NO_REASON ? `${actor}, no reason given` : `${actor}: ${reason}`;
}
