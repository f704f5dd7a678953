import type { JSX } from 'preact';
import { eventInWords } from '../../lib/lifecycle/wording/event-in-words.ts';
import { dateAndTime } from '../../lib/lifecycle/wording/times.ts';
import type { CommitDocument } from '../../lib/local/page/live-events.ts';
import { shownLine } from '../parts/text.ts';

type Properties = {
  readonly commits: readonly CommitDocument[];
  readonly seq: number;
  /** Whether it moves along with what is recorded. */
  readonly isFollowing: boolean;
  readonly choose: (seq: number | undefined) => void;
};

/** Goes to any commit of the history. At its end it follows what is recorded. */
export function TimeSlider({ commits, seq, isFollowing, choose }: Properties): JSX.Element {
  const last = commits.at(-1)?.seq ?? 0;
  const commit = commits.find((candidate) => candidate.seq === seq);
  const what = commit === undefined ? '' : commit.events.map((event) => wordsOf(event)).join('; ');
  const go = (to: number): void => choose(to >= last ? undefined : Math.max(1, to));
  return (
    <section class={isFollowing ? 'slider' : 'slider past'} aria-label="Time">
      <div class="slider-row">
        <button type="button" onClick={() => go(seq - 1)} disabled={seq <= 1} aria-label="One commit back">
          ‹
        </button>
        <input
          type="range"
          min={1}
          max={last}
          step={1}
          value={seq}
          aria-label="Commit"
          aria-valuetext={`commit ${seq} of ${last}: ${what}`}
          onInput={(event) => go(Number(event.currentTarget.value))}
        />
        <button type="button" onClick={() => go(seq + 1)} disabled={seq >= last} aria-label="One commit on">
          ›
        </button>
        <button type="button" onClick={() => choose(undefined)} disabled={isFollowing} class="quiet">
          Now
        </button>
      </div>
      <p class="slider-text">
        <b>
          {isFollowing ? 'As it is now' : 'Looking back'}: commit {seq} of {last}
        </b>
        {commit !== undefined && <span class="dim"> {dateAndTime(commit.at)}</span>} {what}
      </p>
    </section>
  );
}

function wordsOf(event: CommitDocument['events'][number]): string {
  return shownLine(`${event.type} ${eventInWords(event)}`.trim());
}
