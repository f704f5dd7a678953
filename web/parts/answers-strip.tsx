import type { JSX } from 'preact';
import type { Answer, Answers } from '../fold/answers.ts';
import { shownLine } from './text.ts';

/** The three things to know first, side by side. Said anew to a screen reader when one of them changes. */
export function AnswersStrip({ answers }: { readonly answers: Answers }): JSX.Element {
  return (
    <dl class="answers" aria-live="polite">
      <Cell name="Live now" answer={answers.live} />
      <Cell name="Wrong" answer={answers.wrong} />
      <Cell name="Being done" answer={answers.doing} />
    </dl>
  );
}

const SYMBOL_OF_TONE = { dim: '–', active: '▸', good: '✔', warning: '!', bad: '✖' } as const;

function Cell({ name, answer }: { readonly name: string; readonly answer: Answer }): JSX.Element {
  return (
    <div class={`answer tone-${answer.tone}`}>
      <dt>{name}</dt>
      <dd>
        <span class="answer-text">
          <span aria-hidden="true">{SYMBOL_OF_TONE[answer.tone]}</span> {shownLine(answer.text)}
        </span>
        {answer.more && <span class="answer-more">{shownLine(answer.more)}</span>}
      </dd>
    </div>
  );
}
