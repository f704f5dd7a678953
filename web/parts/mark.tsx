import type { JSX } from 'preact';
import type { Mark as MarkWords } from '../../lib/lifecycle/wording/marks.ts';

/** A symbol and a word in the colour of their tone. The symbol is for eyes only; the word says it. */
export function Mark({ mark }: { readonly mark: MarkWords }): JSX.Element {
  return (
    <span class={`mark tone-${mark.tone}`}>
      <span aria-hidden="true">{mark.symbol}</span> {mark.word}
    </span>
  );
}
